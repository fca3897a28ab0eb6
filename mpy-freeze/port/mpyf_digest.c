// MD5 (RFC 1321) and SHA-1 (FIPS 180-4). Neither keeps a secret any more; protocols that are as old still want them.

#include <string.h>

#include "py/mpconfig.h"

#if MICROPY_PY_HASHLIB_MD5 || MICROPY_PY_HASHLIB_SHA1

#include "crypto/lib/axtls/crypto/crypto.h"

#define BLOCK (64)

typedef void (*round_t)(mpyf_digest_t *self);

static uint32_t rotate(uint32_t word, unsigned bits) {
    return word << bits | word >> (32 - bits);
}

static void update(mpyf_digest_t *self, const uint8_t *data, size_t len, round_t round) {
    while (len > 0) {
        size_t used = self->bytes % BLOCK;
        size_t taken = BLOCK - used < len ? BLOCK - used : len;
        memcpy(self->block + used, data, taken);
        self->bytes += taken;
        data += taken;
        len -= taken;
        if (self->bytes % BLOCK == 0) {
            round(self);
        }
    }
}

// Both numbers of bytes are in the order of the hash: the first of a word is bits 0 to 7 of MD5's, and 24 to 31 of
// SHA-1's. `first` is the index of the first byte, as an exclusive or with the others.
static void final(mpyf_digest_t *self, uint8_t *digest, size_t words, unsigned first, round_t round) {
    static const uint8_t padding[BLOCK] = { 0x80 };
    uint64_t bits = self->bytes * 8;
    size_t used = self->bytes % BLOCK;
    update(self, padding, (used < BLOCK - 8 ? BLOCK - 8 : 2 * BLOCK - 8) - used, round);
    uint8_t length[8];
    for (size_t i = 0; i < 8; i++) {
        size_t place = first == 0 ? i : 7 - i;
        length[i] = (uint8_t)(bits >> (8 * place));
    }
    update(self, length, sizeof(length), round);
    for (size_t i = 0; i < words * 4; i++) {
        digest[i] = (uint8_t)(self->words[i / 4] >> (8 * ((i % 4) ^ first)));
    }
}

#if MICROPY_PY_HASHLIB_MD5

static void md5_round(mpyf_digest_t *self) {
    // The parts of sin(1), sin(2) and so on behind the point, in 32 bits.
    static const uint32_t sines[64] = {
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
        0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
        0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
        0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
        0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
        0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
        0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
        0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
    };
    static const uint8_t shifts[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } };
    uint32_t a = self->words[0], b = self->words[1], c = self->words[2], d = self->words[3];
    for (unsigned i = 0; i < 64; i++) {
        uint32_t mixed;
        unsigned at;
        switch (i / 16) {
            case 0:
                mixed = (b & c) | (~b & d);
                at = i;
                break;
            case 1:
                mixed = (d & b) | (~d & c);
                at = 5 * i + 1;
                break;
            case 2:
                mixed = b ^ c ^ d;
                at = 3 * i + 5;
                break;
            default:
                mixed = c ^ (b | ~d);
                at = 7 * i;
        }
        const uint8_t *word = self->block + at % 16 * 4;
        mixed += a + sines[i] + (word[0] | word[1] << 8 | word[2] << 16 | (uint32_t)word[3] << 24);
        a = d;
        d = c;
        c = b;
        b += rotate(mixed, shifts[i / 16][i % 4]);
    }
    self->words[0] += a;
    self->words[1] += b;
    self->words[2] += c;
    self->words[3] += d;
}

void mpyf_md5_init(mpyf_digest_t *self) {
    static const uint32_t start[] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
    memcpy(self->words, start, sizeof(start));
    self->bytes = 0;
}

void mpyf_md5_update(mpyf_digest_t *self, const uint8_t *data, size_t len) {
    update(self, data, len, md5_round);
}

void mpyf_md5_final(uint8_t *digest, mpyf_digest_t *self) {
    final(self, digest, 4, 0, md5_round);
}

#endif

#if MICROPY_PY_HASHLIB_SHA1

static void sha1_round(mpyf_digest_t *self) {
    static const uint32_t constants[] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6 };
    // The last 16 of the 80 words that the block is made into.
    uint32_t window[16];
    uint32_t a = self->words[0], b = self->words[1], c = self->words[2], d = self->words[3], e = self->words[4];
    for (unsigned i = 0; i < 80; i++) {
        uint32_t word;
        if (i < 16) {
            const uint8_t *bytes = self->block + i * 4;
            word = (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
        } else {
            word = rotate(window[(i - 3) % 16] ^ window[(i - 8) % 16] ^ window[(i - 14) % 16] ^ window[i % 16], 1);
        }
        window[i % 16] = word;
        uint32_t mixed;
        switch (i / 20) {
            case 0:
                mixed = (b & c) | (~b & d);
                break;
            case 2:
                mixed = (b & c) | (b & d) | (c & d);
                break;
            default:
                mixed = b ^ c ^ d;
        }
        mixed += rotate(a, 5) + e + constants[i / 20] + word;
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = mixed;
    }
    self->words[0] += a;
    self->words[1] += b;
    self->words[2] += c;
    self->words[3] += d;
    self->words[4] += e;
}

void mpyf_sha1_init(mpyf_digest_t *self) {
    static const uint32_t start[] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
    memcpy(self->words, start, sizeof(start));
    self->bytes = 0;
}

void mpyf_sha1_update(mpyf_digest_t *self, const uint8_t *data, size_t len) {
    update(self, data, len, sha1_round);
}

void mpyf_sha1_final(uint8_t *digest, mpyf_digest_t *self) {
    final(self, digest, 5, 3, sha1_round);
}

#endif

#endif
