// The two hashes that MicroPython's hashlib asks axTLS for, by the names that it has for them (mpyf_digest.c).
#pragma once

#include <stddef.h>
#include <stdint.h>

#define MD5_SIZE (16)
#define SHA1_SIZE (20)

// Both hashes go through blocks of 64 bytes and end with how many bits there were.
typedef struct {
    uint32_t words[5];
    uint64_t bytes;
    uint8_t block[64];
} mpyf_digest_t;

typedef mpyf_digest_t MD5_CTX;
typedef mpyf_digest_t SHA1_CTX;

#define MD5_Init mpyf_md5_init
#define MD5_Update mpyf_md5_update
#define MD5_Final mpyf_md5_final
#define SHA1_Init mpyf_sha1_init
#define SHA1_Update mpyf_sha1_update
#define SHA1_Final mpyf_sha1_final

void mpyf_md5_init(mpyf_digest_t *self);
void mpyf_md5_update(mpyf_digest_t *self, const uint8_t *data, size_t len);
void mpyf_md5_final(uint8_t *digest, mpyf_digest_t *self);
void mpyf_sha1_init(mpyf_digest_t *self);
void mpyf_sha1_update(mpyf_digest_t *self, const uint8_t *data, size_t len);
void mpyf_sha1_final(uint8_t *digest, mpyf_digest_t *self);
