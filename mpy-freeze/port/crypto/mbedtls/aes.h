// The cipher that MicroPython's cryptolib asks mbedTLS for, by the names that it has for it (mpyf_aes.c).
#pragma once

#include <stddef.h>
#include <stdint.h>

#define MBEDTLS_AES_DECRYPT (0)
#define MBEDTLS_AES_ENCRYPT (1)

// A key of 256 bits is expanded to 15 of one block each.
typedef struct {
    uint8_t rounds;
    uint8_t keys[15 * 16];
} mbedtls_aes_context;

#define mbedtls_aes_init(self) ((void)(self))
// Decryption takes the same keys, from the end.
#define mbedtls_aes_setkey_enc mpyf_aes_set_key
#define mbedtls_aes_setkey_dec mpyf_aes_set_key
#define mbedtls_aes_crypt_ecb mpyf_aes_ecb
#define mbedtls_aes_crypt_cbc mpyf_aes_cbc
#define mbedtls_aes_crypt_ctr mpyf_aes_ctr

void mpyf_aes_set_key(mbedtls_aes_context *self, const uint8_t *key, size_t bits);
void mpyf_aes_ecb(const mbedtls_aes_context *self, int mode, const uint8_t in[16], uint8_t out[16]);
void mpyf_aes_cbc(const mbedtls_aes_context *self, int mode, size_t len, uint8_t iv[16], const uint8_t *in, uint8_t *out);
void mpyf_aes_ctr(const mbedtls_aes_context *self, size_t len, size_t *offset, uint8_t counter[16], uint8_t stream[16], const uint8_t *in, uint8_t *out);
