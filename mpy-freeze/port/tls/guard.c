// What MicroPython's tls calls in place of mbedTLS's own functions.
//
// mbedTLS looks at the stack nowhere, and computes with numbers that lie there. And it calls Python, for streams and for
// certificates. What that raises must not jump over mbedTLS, which would keep what it has taken of the heap; what that
// closes may be what mbedTLS works on; and what that returns mbedTLS believes.

#include "py/mpconfig.h"

#if MICROPY_PY_SSL

#include <string.h>

#include "py/gc.h"
#include "py/mperrno.h"
#include "py/mpstate.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "mbedtls/ctr_drbg.h"
#include "mbedtls/pk.h"
#include "mbedtls/ssl.h"
#include "mbedtls/x509_crt.h"

#include "guards/guards.h"

#if MICROPY_PY_SSL_ECDSA_SIGN_ALT
#error "MICROPY_PY_SSL_ECDSA_SIGN_ALT can't be set: its callback isn't guarded"
#endif

// Twice what it has been seen to take: 3636 bytes on a Cortex-M3, 3784 on RISC-V and 3844 on ARMv6-M, by a server that
// decrypts a key with RSA and has its random numbers seeded again meanwhile; elliptic curves take 300 less. On a PC it is
// 8760 bytes with the frames of sanitizers.
#if UINTPTR_MAX > 0xffffffff
#define STACK_NEEDED (32 * 1024)
#else
#define STACK_NEEDED (2 * 3844)
#endif

// What mbedTLS is called after. A `__del__` written in Python may call it while the collector runs.
static void check(void) {
    size_t used = (size_t)((char *)MP_STATE_THREAD(stack_top) - (char *)__builtin_frame_address(0));
    if (used + STACK_NEEDED >= MP_STATE_THREAD(stack_limit)) {
        mp_raise_recursion_depth();
    }
    if (mpyg_is_collecting()) {
        mp_raise_OSError(MP_EBUSY);
    }
}

// A number of bytes, or an error, where there was room for so many.
static int at_most(size_t len, int result) {
    return result > 0 && (size_t)result > len ? MBEDTLS_ERR_SSL_INTERNAL_ERROR : result;
}

// ---------------------------------------------------------------------------------------------
// Connections at work.

// A call of mbedTLS. Python that it calls may have it work on another connection.
typedef struct _work_t {
    struct _work_t *outer;
    mbedtls_ssl_context *connection;
    // The object that the connection lies in. The collector finds it here, and finds objects by their beginning only.
    void *volatile object;
    // The exception that Python has raised. mbedTLS is told to try again later, and so returns.
    void *raised;
    // Whether Python has closed the connection, which is freed when mbedTLS has returned.
    bool closed;
} work_t;

static work_t *innermost;

static work_t *work_on(const mbedtls_ssl_context *connection) {
    work_t *work = innermost;
    while (work != NULL && work->connection != connection) {
        work = work->outer;
    }
    return work;
}

static void *block_of(void *inside) {
    uintptr_t block = (uintptr_t)inside & ~(uintptr_t)(MICROPY_BYTES_PER_GC_BLOCK - 1);
    // No object begins in the middle of one.
    while (gc_nbytes((void *)block) == 0) {
        block -= MICROPY_BYTES_PER_GC_BLOCK;
    }
    return (void *)block;
}

static void begin(work_t *work, mbedtls_ssl_context *connection) {
    check();
    if (work_on(connection) != NULL) {
        mp_raise_OSError(MP_EBUSY);
    }
    *work = (work_t) { .outer = innermost, .connection = connection, .object = block_of(connection) };
    innermost = work;
}

// Frees a connection that can't go on, as MicroPython does where it gets to know of the failure: the stream stays open.
static void give_up(mbedtls_ssl_context *connection) {
    *(mp_obj_t *)connection->MBEDTLS_PRIVATE(p_bio) = MP_OBJ_NULL;
    mbedtls_ssl_free(connection);
}

// Comes back with what mbedTLS has returned for `len` bytes, unless there is something to raise.
static int end(work_t *work, size_t len, int result) {
    innermost = work->outer;
    bool failed = result < 0 && result != MBEDTLS_ERR_SSL_WANT_READ && result != MBEDTLS_ERR_SSL_WANT_WRITE;
    if (work->closed) {
        mbedtls_ssl_free(work->connection);
    } else if (work->raised != NULL && failed) {
        give_up(work->connection);
    }
    if (work->raised != NULL) {
        nlr_raise(work->raised);
    }
    if (work->closed) {
        mp_raise_OSError(MP_EBADF);
    }
    return at_most(len, result);
}

int mpyt_handshake(mbedtls_ssl_context *self) {
    work_t work;
    begin(&work, self);
    int result = mbedtls_ssl_handshake(self);
    // MicroPython makes the connection here. If this raises, nobody gets to see it who could close it.
    return end(&work, 0, work.raised == NULL ? result : MBEDTLS_ERR_SSL_INTERNAL_ERROR);
}

int mpyt_read(mbedtls_ssl_context *self, unsigned char *out, size_t len) {
    work_t work;
    begin(&work, self);
    return end(&work, len, mbedtls_ssl_read(self, out, len));
}

int mpyt_write(mbedtls_ssl_context *self, const unsigned char *data, size_t len) {
    work_t work;
    begin(&work, self);
    return end(&work, len, mbedtls_ssl_write(self, data, len));
}

int mpyt_alert(mbedtls_ssl_context *self, unsigned char level, unsigned char message) {
    work_t work;
    begin(&work, self);
    return end(&work, 0, mbedtls_ssl_send_alert_message(self, level, message));
}

void mpyt_free(mbedtls_ssl_context *self) {
    work_t *work = work_on(self);
    if (work != NULL) {
        work->closed = true;
    } else {
        mbedtls_ssl_free(self);
    }
}

// Nobody but the collector frees a context, when it has found that no connection has it: connections don't ask. Python
// that it runs meanwhile is not the collector. Objects that live are marked then, and gc_nbytes doesn't know them.
void mpyt_check_collected(mp_obj_t context) {
    if (!mpyg_is_collecting() || gc_nbytes(MP_OBJ_TO_PTR(context)) == 0) {
        mp_raise_OSError(MP_EPERM);
    }
}

// ---------------------------------------------------------------------------------------------
// What mbedTLS calls.

// What a stream below TLS is asked for at a time. mbedTLS asks for a whole record, 16 KiB of which Python would be given
// each time anew, and goes on where it got less. A datagram comes as a whole.
#define PIECE (1024)

static bool has_datagrams(const mbedtls_ssl_context *connection) {
    return connection->MBEDTLS_PRIVATE(conf)->MBEDTLS_PRIVATE(transport) == MBEDTLS_SSL_TRANSPORT_DATAGRAM;
}

static int call_stream(bool sends, void *place, unsigned char *data, size_t len) {
    work_t *work = innermost;
    const int later = sends ? MBEDTLS_ERR_SSL_WANT_WRITE : MBEDTLS_ERR_SSL_WANT_READ;
    mp_obj_t stream = *(mp_obj_t *)place;
    // There is none any more once the connection is closed.
    if (stream == MP_OBJ_NULL) {
        return MBEDTLS_ERR_SSL_CONN_EOF;
    }
    if (work->raised != NULL) {
        return later;
    }
    size_t size = has_datagrams(work->connection) ? len : MIN(len, PIECE);
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        work->raised = nlr.ret_val;
        return later;
    }
    const mp_stream_p_t *protocol = mp_get_stream(stream);
    int error = MP_EIO;
    mp_uint_t done = sends ? protocol->write(stream, data, size, &error) : protocol->read(stream, data, size, &error);
    nlr_pop();
    if (done == MP_STREAM_ERROR) {
        // That of a TLS connection below this one is a number of mbedTLS's already.
        return mp_is_nonblocking_error(error) ? later : error > 0 ? -error : error;
    }
    // mbedTLS would take it for success that nothing was sent, and write its next record behind the first.
    return sends && done == 0 ? later : at_most(size, done);
}

static int to_stream(void *stream, const unsigned char *data, size_t len) {
    return call_stream(true, stream, (unsigned char *)data, len);
}

static int from_stream(void *stream, unsigned char *out, size_t len) {
    return call_stream(false, stream, out, len);
}

void mpyt_set_stream(mbedtls_ssl_context *self, void *stream, mbedtls_ssl_send_t *send, mbedtls_ssl_recv_t *receive, mbedtls_ssl_recv_timeout_t *receive_timeout) {
    // MicroPython's own functions take the errors of a TLS connection below this one for numbers of bytes.
    (void)send;
    (void)receive;
    mbedtls_ssl_set_bio(self, stream, to_stream, from_stream, receive_timeout);
}

// Python's verdict on a certificate, which it is given as bytes: MicroPython's memoryview of it lies on the stack. mbedTLS
// would return any other number than 0, or what an int has room for of it, to whoever has called it.
mp_obj_t mpyt_verify(mp_obj_t callback, mp_obj_t certificate, mp_obj_t depth) {
    mp_obj_t verdict = MP_OBJ_NULL;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_buffer_info_t buffer;
        mp_get_buffer_raise(certificate, &buffer, MP_BUFFER_READ);
        verdict = mp_call_function_2(callback, mp_obj_new_bytes(buffer.buf, buffer.len), depth);
        nlr_pop();
    } else {
        innermost->raised = nlr.ret_val;
    }
    bool accepted = verdict == MP_OBJ_NEW_SMALL_INT(0);
    return MP_OBJ_NEW_SMALL_INT(accepted ? 0 : MBEDTLS_ERR_X509_FATAL_ERROR);
}

// ---------------------------------------------------------------------------------------------
// What can't be, found before MicroPython or mbedTLS trips over it.

// The arguments of wrap_socket. What raises later leaves a connection, and with that the stream, for the collector to
// close. mbedTLS would take a name to end at a NUL, and check no more of it.
void mpyt_parse_arguments(size_t n_pos, const mp_obj_t *pos, mp_map_t *kwargs, size_t n_allowed, const mp_arg_t *allowed, mp_arg_val_t *out) {
    check();
    mp_arg_parse_all(n_pos, pos, kwargs, n_allowed, allowed, out);
    for (size_t i = 0; i < n_allowed; i++) {
        if (allowed[i].qst != MP_QSTR_server_hostname || out[i].u_obj == mp_const_none) {
            continue;
        }
        size_t len;
        const char *name = mp_obj_str_get_data(out[i].u_obj, &len);
        if (memchr(name, 0, len) != NULL) {
            mp_raise_ValueError(MP_ERROR_TEXT("server_hostname has a NUL in it"));
        }
    }
}

// The method of the stream below, which a closed connection doesn't have any more.
void mpyt_load_method(mp_obj_t stream, qstr name, mp_obj_t *method) {
    if (stream == MP_OBJ_NULL) {
        mp_raise_OSError(MP_EBADF);
    }
    mp_load_method(stream, name, method);
}

// Before the handshake there is no cipher.
const char *mpyt_cipher(const mbedtls_ssl_context *self) {
    const char *name = mbedtls_ssl_get_ciphersuite(self);
    if (name == NULL) {
        mp_raise_OSError(MP_ENOTCONN);
    }
    return name;
}

int mpyt_seed(mbedtls_ctr_drbg_context *self, int (*entropy)(void *, unsigned char *, size_t), void *source, const unsigned char *custom, size_t len) {
    check();
    int error = mbedtls_ctr_drbg_seed(self, entropy, source, custom, len);
    if (error == MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("the board has no entropy"));
    }
    return error;
}

int mpyt_parse_key(mbedtls_pk_context *self, const unsigned char *key, size_t len, const unsigned char *password, size_t password_len, mbedtls_f_rng_t *random, void *source) {
    check();
    return mbedtls_pk_parse_key(self, key, len, password, password_len, random, source);
}

int mpyt_parse_certificate(mbedtls_x509_crt *chain, const unsigned char *text, size_t len) {
    check();
    return mbedtls_x509_crt_parse(chain, text, len);
}

#endif
