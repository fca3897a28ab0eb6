// What mbedTLS has of the machine: entropy, the time and the calendar. And what MicroPython's tls calls in place of
// mbedTLS's own functions (`guard_tls` in mpy-freeze's units.rs).

#include "py/mpconfig.h"

#if MICROPY_PY_SSL

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/mpstate.h"
#include "py/runtime.h"
#include "shared/timeutils/timeutils.h"

#include "mbedtls/ctr_drbg.h"
#include "mbedtls/pk.h"
#include "mbedtls/platform_util.h"
#include "mbedtls/ssl.h"
#include "mbedtls/x509_crt.h"

#include "mpyf_internal.h"

// ---------------------------------------------------------------------------------------------
// The machine.

int mbedtls_hardware_poll(void *data, unsigned char *out, size_t len, size_t *out_len) {
    (void)data;
    mpyf_outside++;
    uint32_t filled = mpyf_platform_entropy(out, len);
    mpyf_outside--;
    *out_len = filled ? len : 0;
    return filled ? 0 : MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
}

// Seconds since the epoch that the calendar below counts from, which is Python's.
int64_t mpyf_tls_time(int64_t *out) {
    int64_t now = (int64_t)(mp_hal_time_ns() / 1000000000u);
    if (out != NULL) {
        *out = now;
    }
    return now;
}

mbedtls_ms_time_t mbedtls_ms_time(void) {
    return (mbedtls_ms_time_t)(mp_hal_time_ns() / 1000000u);
}

struct tm *mbedtls_platform_gmtime_r(const mbedtls_time_t *time, struct tm *out) {
    timeutils_struct_time_t fields;
    timeutils_seconds_since_epoch_to_struct_time(*time, &fields);
    *out = (struct tm) {
        .tm_sec = fields.tm_sec,
        .tm_min = fields.tm_min,
        .tm_hour = fields.tm_hour,
        .tm_mday = fields.tm_mday,
        // C counts months from 0, years from 1900, days of the week from Sunday, and those of the year from 0.
        .tm_mon = fields.tm_mon - 1,
        .tm_year = fields.tm_year - 1900,
        .tm_wday = (fields.tm_wday + 1) % 7,
        .tm_yday = fields.tm_yday - 1,
    };
    return out;
}

// ---------------------------------------------------------------------------------------------
// What MicroPython's tls calls in place of mbedTLS's own functions. mbedTLS looks at the stack nowhere, and computes with
// numbers that lie there. And it calls Python, for streams and for certificates, which must not use or free meanwhile what
// mbedTLS works on.

// Twice what it has been seen to take, of 1940 bytes on a Cortex-M3. Frames for sanitizers are several times as large.
#if UINTPTR_MAX > 0xffffffff
#define STACK_NEEDED (32 * 1024)
#else
#define STACK_NEEDED (4 * 1024)
#endif

static void check_stack(void) {
    size_t used = (size_t)((char *)MP_STATE_THREAD(stack_top) - (char *)__builtin_frame_address(0));
    if (used + STACK_NEEDED >= MP_STATE_THREAD(stack_limit)) {
        mp_raise_recursion_depth();
    }
}

// A connection that mbedTLS works on. It may call Python that has it work on another.
typedef struct _work_t {
    nlr_jump_callback_node_t ended;
    struct _work_t *outer;
    mbedtls_ssl_context *connection;
} work_t;

static work_t *innermost;

static void end(void *work) {
    innermost = ((work_t *)work)->outer;
}

static void begin(work_t *work, mbedtls_ssl_context *connection) {
    check_stack();
    for (work_t *other = innermost; other != NULL; other = other->outer) {
        if (other->connection == connection) {
            mp_raise_OSError(MP_EBUSY);
        }
    }
    work->outer = innermost;
    work->connection = connection;
    innermost = work;
    nlr_push_jump_callback(&work->ended, end);
}

int mpyf_tls_handshake(mbedtls_ssl_context *self) {
    work_t work;
    begin(&work, self);
    int result = mbedtls_ssl_handshake(self);
    nlr_pop_jump_callback(true);
    return result;
}

int mpyf_tls_read(mbedtls_ssl_context *self, unsigned char *out, size_t len) {
    work_t work;
    begin(&work, self);
    int result = mbedtls_ssl_read(self, out, len);
    nlr_pop_jump_callback(true);
    return result;
}

int mpyf_tls_write(mbedtls_ssl_context *self, const unsigned char *data, size_t len) {
    work_t work;
    begin(&work, self);
    int result = mbedtls_ssl_write(self, data, len);
    nlr_pop_jump_callback(true);
    return result;
}

// Whether Python has it freed that mbedTLS has called. What the collector frees nobody works on.
static bool freed_at_work(void) {
    return innermost != NULL && MP_STATE_THREAD(gc_lock_depth) == 0;
}

void mpyf_tls_free(mbedtls_ssl_context *self) {
    if (freed_at_work()) {
        mp_raise_OSError(MP_EBUSY);
    }
    mbedtls_ssl_free(self);
}

// The first that a context frees.
void mpyf_tls_free_key(mbedtls_pk_context *self) {
    if (freed_at_work()) {
        mp_raise_OSError(MP_EBUSY);
    }
    mbedtls_pk_free(self);
}

// MicroPython's functions for the stream below a connection, which has none any more once it is closed.
static mbedtls_ssl_send_t *send_to_stream;
static mbedtls_ssl_recv_t *receive_from_stream;

static int checked_send(void *stream, const unsigned char *data, size_t len) {
    return *(mp_obj_t *)stream == MP_OBJ_NULL ? MBEDTLS_ERR_SSL_CONN_EOF : send_to_stream(stream, data, len);
}

static int checked_receive(void *stream, unsigned char *out, size_t len) {
    return *(mp_obj_t *)stream == MP_OBJ_NULL ? MBEDTLS_ERR_SSL_CONN_EOF : receive_from_stream(stream, out, len);
}

void mpyf_tls_set_stream(mbedtls_ssl_context *self, void *stream, mbedtls_ssl_send_t *send, mbedtls_ssl_recv_t *receive, mbedtls_ssl_recv_timeout_t *receive_timeout) {
    send_to_stream = send;
    receive_from_stream = receive;
    mbedtls_ssl_set_bio(self, stream, checked_send, checked_receive, receive_timeout);
}

// The method of the stream below.
void mpyf_tls_load_method(mp_obj_t stream, qstr name, mp_obj_t *method) {
    if (stream == MP_OBJ_NULL) {
        mp_raise_OSError(MP_EBADF);
    }
    mp_load_method(stream, name, method);
}

// Before the handshake there is no cipher.
const char *mpyf_tls_cipher(const mbedtls_ssl_context *self) {
    const char *name = mbedtls_ssl_get_ciphersuite(self);
    if (name == NULL) {
        mp_raise_OSError(MP_ENOTCONN);
    }
    return name;
}

// Python's verdict on a certificate, which it is given as bytes: MicroPython's memoryview of it lies on the stack.
mp_obj_t mpyf_tls_verify(mp_obj_t callback, mp_obj_t certificate, mp_obj_t depth) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(certificate, &buffer, MP_BUFFER_READ);
    return mp_call_function_2(callback, mp_obj_new_bytes(buffer.buf, buffer.len), depth);
}

int mpyf_tls_seed(mbedtls_ctr_drbg_context *self, int (*entropy)(void *, unsigned char *, size_t), void *source, const unsigned char *custom, size_t len) {
    check_stack();
    int error = mbedtls_ctr_drbg_seed(self, entropy, source, custom, len);
    if (error == MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("the board has no entropy"));
    }
    return error;
}

int mpyf_tls_parse_key(mbedtls_pk_context *self, const unsigned char *key, size_t len, const unsigned char *password, size_t password_len, mbedtls_f_rng_t *random, void *source) {
    check_stack();
    return mbedtls_pk_parse_key(self, key, len, password, password_len, random, source);
}

int mpyf_tls_parse_certificate(mbedtls_x509_crt *chain, const unsigned char *text, size_t len) {
    check_stack();
    return mbedtls_x509_crt_parse(chain, text, len);
}

#endif
