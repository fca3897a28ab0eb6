// Reading the values of objects: numbers as copies, text and bytes in place.

#include "py/objstr.h"
#include "py/runtime.h"

#include "mpyf_internal.h"

uint32_t mpyf_is_none(mpyf_handle_t object) {
    return mpyf_object(object) == mp_const_none;
}

// An object to read and the place for what is read.
typedef struct {
    mp_obj_t object;
    union {
        uint32_t truth;
        int64_t integer;
        double number;
        struct {
            const uint8_t *data;
            size_t len;
        } bytes;
    } value;
} reading_t;

static __attribute__((noreturn)) void raise_wrong_type(const char *wanted, mp_obj_t object) {
    mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("expected %s, got %s"), wanted,
        mp_obj_get_type_str(object));
}

static mp_obj_t bool_body(void *arg) {
    reading_t *reading = arg;
    reading->value.truth = mp_obj_is_true(reading->object);
    return MP_OBJ_NULL;
}

uint32_t mpyf_to_bool(mpyf_handle_t object, uint32_t *value, mpyf_handle_t *out) {
    reading_t reading = { .object = mpyf_object(object) };
    uint32_t status = mpyf_protect(bool_body, &reading, out);
    *value = status == MPYF_OK ? reading.value.truth : 0;
    return status;
}

static mp_obj_t shifted_right(mp_obj_t object, int bits) {
    return mp_binary_op(MP_BINARY_OP_RSHIFT, object, MP_OBJ_NEW_SMALL_INT(bits));
}

// The halves of a large int, each cut to a machine word. MicroPython's own conversions are of a word and
// refuse its smallest number.
static int64_t large_int(mp_obj_t object) {
    mp_obj_t top = shifted_right(object, 48);
    if (!mp_obj_is_small_int(top) || MP_OBJ_SMALL_INT_VALUE(top) < INT16_MIN
        || MP_OBJ_SMALL_INT_VALUE(top) > INT16_MAX) {
        mp_raise_msg(&mp_type_OverflowError, MP_ERROR_TEXT("int doesn't fit into 64 bits"));
    }
    uint32_t upper = (uint32_t)mp_obj_int_get_truncated(shifted_right(object, 32));
    uint32_t lower = (uint32_t)mp_obj_int_get_truncated(object);
    return (int64_t)((uint64_t)upper << 32 | lower);
}

static mp_obj_t int_body(void *arg) {
    reading_t *reading = arg;
    mp_obj_t object = reading->object;
    if (mp_obj_is_bool(object)) {
        reading->value.integer = object == mp_const_true;
    } else if (mp_obj_is_small_int(object)) {
        reading->value.integer = MP_OBJ_SMALL_INT_VALUE(object);
    } else if (mp_obj_is_int(object)) {
        reading->value.integer = large_int(object);
    } else {
        raise_wrong_type("int", object);
    }
    return MP_OBJ_NULL;
}

uint32_t mpyf_to_int(mpyf_handle_t object, int64_t *value, mpyf_handle_t *out) {
    reading_t reading = { .object = mpyf_object(object) };
    uint32_t status = mpyf_protect(int_body, &reading, out);
    *value = status == MPYF_OK ? reading.value.integer : 0;
    return status;
}

static mp_obj_t float_body(void *arg) {
    reading_t *reading = arg;
    #if MICROPY_PY_BUILTINS_FLOAT
    reading->value.number = (double)mp_obj_get_float(reading->object);
    return MP_OBJ_NULL;
    #else
    raise_wrong_type("float", reading->object);
    #endif
}

uint32_t mpyf_to_float(mpyf_handle_t object, double *value, mpyf_handle_t *out) {
    reading_t reading = { .object = mpyf_object(object) };
    uint32_t status = mpyf_protect(float_body, &reading, out);
    *value = status == MPYF_OK ? reading.value.number : 0.0;
    return status;
}

// Rust borrows the bytes in place, so they must not change while the object lives. MicroPython
// reuses its emergency buffer for the next exception; the text in there can't be lent out.
static void refuse_emergency_text(const void *data) {
    #if MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF
    const byte *start = (const byte *)MP_STATE_VM(mp_emergency_exception_buf);
    #if MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE > 0
    size_t size = sizeof(MP_STATE_VM(mp_emergency_exception_buf));
    #else
    size_t size = (size_t)MP_STATE_VM(mp_emergency_exception_buf_size);
    #endif
    if ((uintptr_t)data - (uintptr_t)start < size) {
        mp_raise_type(&mp_type_MemoryError);
    }
    #else
    (void)data;
    #endif
}

static void lend(reading_t *reading) {
    size_t len;
    const char *data = mp_obj_str_get_data(reading->object, &len);
    refuse_emergency_text(data);
    reading->value.bytes.data = (const uint8_t *)data;
    reading->value.bytes.len = len;
}

// Only `str` itself: an instance of a subclass can have its text replaced by a second `__init__`.
static mp_obj_t str_body(void *arg) {
    reading_t *reading = arg;
    if (!mp_obj_is_str(reading->object)) {
        raise_wrong_type("str", reading->object);
    }
    lend(reading);
    return MP_OBJ_NULL;
}

// Only `bytes` itself: whatever else has a buffer can change it.
static mp_obj_t bytes_body(void *arg) {
    reading_t *reading = arg;
    if (!mp_obj_is_exact_type(reading->object, &mp_type_bytes)) {
        raise_wrong_type("bytes", reading->object);
    }
    lend(reading);
    return MP_OBJ_NULL;
}

static uint32_t borrow(mpyf_body_t body, mpyf_handle_t object, const uint8_t **data, size_t *len,
    mpyf_handle_t *out) {
    reading_t reading = { .object = mpyf_object(object) };
    uint32_t status = mpyf_protect(body, &reading, out);
    *data = status == MPYF_OK ? reading.value.bytes.data : NULL;
    *len = status == MPYF_OK ? reading.value.bytes.len : 0;
    return status;
}

uint32_t mpyf_as_str(mpyf_handle_t object, const uint8_t **data, size_t *len, mpyf_handle_t *out) {
    return borrow(str_body, object, data, len, out);
}

uint32_t mpyf_as_bytes(mpyf_handle_t object, const uint8_t **data, size_t *len, mpyf_handle_t *out) {
    return borrow(bytes_body, object, data, len, out);
}

// The names of types are qstrs, and those stay where they are until the VM stops.
void mpyf_type_name(mpyf_handle_t object, const uint8_t **data, size_t *len) {
    *data = qstr_data(mp_obj_get_type(mpyf_object(object))->name, len);
}
