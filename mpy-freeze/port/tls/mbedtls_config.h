// The configuration of mbedTLS: what MicroPython's modules ask it for, and no more. mbedTLS reads this instead of a
// configuration of its own.
//
// Switches that aren't here can be added by Build::define, such as MBEDTLS_PEM_PARSE_C and MBEDTLS_BASE64_C as "". They
// can't be those of TLS 1.3, of PSA, or of an operating system's sockets, threads and clocks, whose files aren't built.
// Those that are here stay.
#pragma once

#include "py/mpconfig.h"

// ---------------------------------------------------------------------------------------------
// hashlib and cryptolib. What they don't call the linker leaves out.

#define MBEDTLS_MD5_C
#define MBEDTLS_SHA1_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_AES_C
#define MBEDTLS_CIPHER_MODE_CBC
#define MBEDTLS_CIPHER_MODE_CTR

// A chip has more flash than RAM, and not much of it: tables are constant, and computed where that is shorter.
#define MBEDTLS_AES_ROM_TABLES
#define MBEDTLS_AES_FEWER_TABLES
#define MBEDTLS_SHA256_SMALLER

#define MBEDTLS_DEPRECATED_REMOVED

#if MICROPY_PY_SSL

// ---------------------------------------------------------------------------------------------
// What mbedTLS has of the machine (tls/machine.c): Python's heap, the board's clock and its entropy. There need be no C library.

#include <stdio.h>

#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_NO_STD_FUNCTIONS
#define MBEDTLS_PLATFORM_SNPRINTF_MACRO snprintf

// Blocks that the collector keeps until they are freed, since mbedTLS hides pointers where it doesn't look.
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_PLATFORM_CALLOC_MACRO m_tracked_calloc
#define MBEDTLS_PLATFORM_FREE_MACRO m_tracked_free
void *m_tracked_calloc(size_t count, size_t size);
void m_tracked_free(void *block);

#define MBEDTLS_HAVE_TIME
#define MBEDTLS_HAVE_TIME_DATE
#define MBEDTLS_PLATFORM_TIME_TYPE_MACRO int64_t
#define MBEDTLS_PLATFORM_TIME_MACRO mpyt_time
#define MBEDTLS_PLATFORM_MS_TIME_ALT
#define MBEDTLS_PLATFORM_GMTIME_R_ALT
int64_t mpyt_time(int64_t *out);

#define MBEDTLS_ENTROPY_C
#define MBEDTLS_CTR_DRBG_C
#define MBEDTLS_NO_PLATFORM_ENTROPY
#define MBEDTLS_ENTROPY_HARDWARE_ALT

// ---------------------------------------------------------------------------------------------
// TLS 1.2 and, where MicroPython has it, DTLS 1.2. TLS 1.3 would bring PSA's key store along.

#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_SRV_C
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_SSL_SERVER_NAME_INDICATION
// Both close holes of TLS 1.2, and servers may insist on the first.
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET
#define MBEDTLS_SSL_ENCRYPT_THEN_MAC
// What Python's getpeercert returns.
#define MBEDTLS_SSL_KEEP_PEER_CERTIFICATE

// Others may send records as long as the protocol has them; our own are shorter, which saves heap.
#ifndef MBEDTLS_SSL_IN_CONTENT_LEN
#define MBEDTLS_SSL_IN_CONTENT_LEN (16384)
#endif
#ifndef MBEDTLS_SSL_OUT_CONTENT_LEN
#define MBEDTLS_SSL_OUT_CONTENT_LEN (4096)
#endif

// Before 1.26 MicroPython has DTLS where mbedTLS has it, and knows nothing of cookies: if mbedTLS wanted them, no client
// could connect.
#if MICROPY_VERSION >= MICROPY_MAKE_VERSION(1, 26, 0)
#define MPYT_DTLS MICROPY_PY_SSL_DTLS
#define MPYT_DTLS_COOKIES MPYT_DTLS
#else
#define MPYT_DTLS MICROPY_CONFIG_ROM_LEVEL_AT_LEAST_EXTRA_FEATURES
#define MPYT_DTLS_COOKIES 0
#endif
#if MPYT_DTLS
#define MBEDTLS_SSL_PROTO_DTLS
#define MBEDTLS_SSL_DTLS_ANTI_REPLAY
#endif
#if MPYT_DTLS_COOKIES
#define MBEDTLS_SSL_DTLS_HELLO_VERIFY
#define MBEDTLS_SSL_COOKIE_C
#endif

// How the two sides agree on a key, and with which ciphers they go on: AES with GCM, and with CBC for older peers.
#define MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA_ENABLED
#define MBEDTLS_KEY_EXCHANGE_ECDHE_RSA_ENABLED
#define MBEDTLS_KEY_EXCHANGE_RSA_ENABLED
#define MBEDTLS_CIPHER_C
#define MBEDTLS_GCM_C
#define MBEDTLS_MD_C
#define MBEDTLS_SHA224_C
#define MBEDTLS_SHA384_C
#define MBEDTLS_SHA512_C
#define MBEDTLS_SHA512_SMALLER

// Keys: RSA, and the curves that certificates and browsers have.
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_ECP_C
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECDSA_C
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_ECP_DP_SECP521R1_ENABLED
#define MBEDTLS_ECP_DP_CURVE25519_ENABLED

// Certificates and keys as they are read, in DER.
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_OID_C
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C

// Python's exceptions name what went wrong, in the words that MicroPython has for it.
#define MBEDTLS_ERROR_C

#endif
