// Reading the values of objects: numbers as copies, text and bytes in place.

#include <string.h>

#include "py/objstr.h"
#include "py/runtime.h"

#include "shim/internal.h"

uint32_t mpyf_is_given(const void *args, size_t index) {
    return mpyf_in_place(args, index) != MP_OBJ_NULL;
}

uint32_t mpyf_is_none(const void *args, size_t index) {
    return mpyf_in_place(args, index) == mp_const_none;
}

// An object to read and the place for what is read.
typedef struct {
    mp_obj_t object;
    union {
        intptr_t word;
        int64_t integer;
        uint64_t natural;
        double number;
        struct {
            const uint8_t *data;
            size_t len;
        } bytes;
    } value;
} reading_t;

// Most arguments are what they should be, and are read without a place to jump back to. Whatever else there is goes
// this way.
static __attribute__((noinline)) uint32_t protected(mpyf_body_t body, mp_obj_t object, reading_t *reading,
    mpyf_handle_t *out) {
    reading->object = object;
    return mpyf_protect(body, reading, out);
}

static mp_obj_t bool_body(void *arg) {
    reading_t *reading = arg;
    reading->value.word = mp_obj_is_true(reading->object);
    return MP_OBJ_NULL;
}

// What is read and fits into two registers needs no memory on its way.
static __attribute__((noinline)) mpyf_return_t other_word(mpyf_body_t body, mp_obj_t object, uint32_t kind) {
    reading_t reading;
    mpyf_handle_t exception;
    if (protected(body, object, &reading, &exception) != MPYF_OK) {
        return mpyf_return(MPYF_RETURN_RAISED, exception);
    }
    return mpyf_return(kind, reading.value.word);
}

mpyf_return_t mpyf_to_bool(const void *args, size_t index) {
    mp_obj_t object = mpyf_in_place(args, index);
    if (mp_obj_is_bool(object)) {
        return mpyf_return(MPYF_RETURN_BOOL, object == mp_const_true);
    }
    return other_word(bool_body, object, MPYF_RETURN_BOOL);
}

static mp_obj_t shifted_right(mp_obj_t object, int bits) {
    return mp_binary_op(MP_BINARY_OP_RSHIFT, object, MP_OBJ_NEW_SMALL_INT(bits));
}

static __attribute__((noreturn)) void raise_too_large(void) {
    mp_raise_msg(&mp_type_OverflowError, MP_ERROR_TEXT("int doesn't fit into 64 bits"));
}

// The halves of an int, each cut to a machine word: MicroPython's own conversions are of a word. What is above them
// must be a number from `least` to `most`.
static uint64_t halves(mp_obj_t object, mp_int_t least, mp_int_t most) {
    mp_obj_t top = shifted_right(object, 48);
    if (!mp_obj_is_small_int(top) || MP_OBJ_SMALL_INT_VALUE(top) < least || MP_OBJ_SMALL_INT_VALUE(top) > most) {
        raise_too_large();
    }
    uint32_t upper = (uint32_t)mp_obj_int_get_truncated(shifted_right(object, 32));
    uint32_t lower = (uint32_t)mp_obj_int_get_truncated(object);
    return (uint64_t)upper << 32 | lower;
}

// The int that an object is, as a `bool` is one too.
static mp_obj_t int_of(mp_obj_t object) {
    if (mp_obj_is_bool(object)) {
        return MP_OBJ_NEW_SMALL_INT(object == mp_const_true);
    }
    if (!mp_obj_is_int(object)) {
        // MicroPython says the same of what it can't convert; it takes a float for an int in some builds.
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("can't convert %s to int"), mp_obj_get_type_str(object));
    }
    return object;
}

static mp_obj_t int_body(void *arg) {
    reading_t *reading = arg;
    mp_obj_t object = int_of(reading->object);
    reading->value.integer = mp_obj_is_small_int(object)
        ? MP_OBJ_SMALL_INT_VALUE(object) : (int64_t)halves(object, INT16_MIN, INT16_MAX);
    return MP_OBJ_NULL;
}

uint32_t mpyf_to_int(const void *args, size_t index, int64_t *value, mpyf_handle_t *out) {
    reading_t reading;
    uint32_t status = protected(int_body, mpyf_in_place(args, index), &reading, out);
    if (status == MPYF_OK) {
        *value = reading.value.integer;
    }
    return status;
}

static mp_obj_t uint_body(void *arg) {
    reading_t *reading = arg;
    mp_obj_t object = int_of(reading->object);
    if (!mp_obj_is_small_int(object)) {
        reading->value.natural = halves(object, 0, UINT16_MAX);
    } else if (MP_OBJ_SMALL_INT_VALUE(object) < 0) {
        mp_raise_msg(&mp_type_OverflowError, MP_ERROR_TEXT("can't convert negative int to unsigned"));
    } else {
        reading->value.natural = (uint64_t)MP_OBJ_SMALL_INT_VALUE(object);
    }
    return MP_OBJ_NULL;
}

uint32_t mpyf_to_uint(const void *args, size_t index, uint64_t *value, mpyf_handle_t *out) {
    reading_t reading;
    uint32_t status = protected(uint_body, mpyf_in_place(args, index), &reading, out);
    if (status == MPYF_OK) {
        *value = reading.value.natural;
    }
    return status;
}

static mp_obj_t word_body(void *arg) {
    reading_t *reading = arg;
    int_body(arg);
    int64_t value = reading->value.integer;
    if ((intptr_t)value != value) {
        mp_raise_msg(&mp_type_OverflowError, MP_ERROR_TEXT("overflow converting long int to machine word"));
    }
    reading->value.word = (intptr_t)value;
    return MP_OBJ_NULL;
}

mpyf_return_t mpyf_to_word(const void *args, size_t index) {
    mp_obj_t object = mpyf_in_place(args, index);
    if (mp_obj_is_small_int(object)) {
        return mpyf_return(MPYF_RETURN_INT, MP_OBJ_SMALL_INT_VALUE(object));
    }
    return other_word(word_body, object, MPYF_RETURN_INT);
}

static mp_obj_t float_body(void *arg) {
    reading_t *reading = arg;
    #if MICROPY_PY_BUILTINS_FLOAT
    reading->value.number = (double)mp_obj_get_float(reading->object);
    return MP_OBJ_NULL;
    #else
    mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("can't convert %s to float"),
        mp_obj_get_type_str(reading->object));
    #endif
}

static __attribute__((noinline)) uint32_t other_to_float(mp_obj_t object, double *value, mpyf_handle_t *out) {
    reading_t reading;
    uint32_t status = protected(float_body, object, &reading, out);
    if (status == MPYF_OK) {
        *value = reading.value.number;
    }
    return status;
}

uint32_t mpyf_to_double(const void *args, size_t index, double *value, mpyf_handle_t *out) {
    mp_obj_t object = mpyf_in_place(args, index);
    #if MICROPY_PY_BUILTINS_FLOAT
    if (mp_obj_is_float(object)) {
        *value = (double)mp_obj_float_get(object);
        return MPYF_OK;
    }
    #endif
    return other_to_float(object, value, out);
}

#if UINTPTR_MAX <= 0xffffffff
// A controller that computes in single precision only is spared the way through double, and memory.
static mp_obj_t single_body(void *arg) {
    reading_t *reading = arg;
    float_body(arg);
    float number = (float)reading->value.number;
    memcpy(&reading->value.word, &number, sizeof(number));
    return MP_OBJ_NULL;
}

mpyf_return_t mpyf_to_single(const void *args, size_t index) {
    mp_obj_t object = mpyf_in_place(args, index);
    #if MICROPY_PY_BUILTINS_FLOAT
    if (mp_obj_is_float(object)) {
        float number = (float)mp_obj_float_get(object);
        intptr_t bits;
        memcpy(&bits, &number, sizeof(bits));
        return mpyf_return(MPYF_RETURN_FLOAT, bits);
    }
    #endif
    return other_word(single_body, object, MPYF_RETURN_FLOAT);
}
#endif

static __attribute__((noreturn)) void raise_wrong_type(qstr wanted, mp_obj_t object) {
    mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("can't convert '%q' object to %q implicitly"),
        (qstr)mp_obj_get_type(object)->name, wanted);
}

// Rust borrows the bytes in place, so they must not change while the object lives. MicroPython
// reuses its emergency buffer for the next exception; the text in there can't be lent out.
static bool in_emergency_buffer(const void *data) {
    #if MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF
    const byte *start = (const byte *)MP_STATE_VM(mp_emergency_exception_buf);
    #if MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE > 0
    size_t size = sizeof(MP_STATE_VM(mp_emergency_exception_buf));
    #else
    size_t size = (size_t)MP_STATE_VM(mp_emergency_exception_buf_size);
    #endif
    return (uintptr_t)data - (uintptr_t)start < size;
    #else
    (void)data;
    return false;
    #endif
}

static mp_obj_t not_str_body(void *arg) {
    const reading_t *reading = arg;
    if (mp_obj_is_str(reading->object)) {
        mp_raise_type(&mp_type_MemoryError);
    }
    raise_wrong_type(MP_QSTR_str, reading->object);
}

static mp_obj_t not_bytes_body(void *arg) {
    const reading_t *reading = arg;
    if (mp_obj_is_exact_type(reading->object, &mp_type_bytes)) {
        mp_raise_type(&mp_type_MemoryError);
    }
    raise_wrong_type(MP_QSTR_bytes, reading->object);
}

// Only `str` itself: an instance of a subclass can have its text replaced by a second `__init__`.
mpyf_return_t mpyf_as_str(const void *args, size_t index, size_t *len) {
    mp_obj_t object = mpyf_in_place(args, index);
    if (mp_obj_is_str(object)) {
        const char *data = mp_obj_str_get_data(object, len);
        if (!in_emergency_buffer(data)) {
            return mpyf_return(MPYF_RETURN_INT, (intptr_t)data);
        }
    }
    return other_word(not_str_body, object, MPYF_RETURN_INT);
}

// Only `bytes` itself: whatever else has a buffer can change it.
mpyf_return_t mpyf_as_bytes(const void *args, size_t index, size_t *len) {
    mp_obj_t object = mpyf_in_place(args, index);
    if (mp_obj_is_exact_type(object, &mp_type_bytes)) {
        const char *data = mp_obj_str_get_data(object, len);
        if (!in_emergency_buffer(data)) {
            return mpyf_return(MPYF_RETURN_INT, (intptr_t)data);
        }
    }
    return other_word(not_bytes_body, object, MPYF_RETURN_INT);
}

static void lend_buffer(reading_t *reading, mp_uint_t access) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(reading->object, &buffer, access);
    if (in_emergency_buffer(buffer.buf)) {
        mp_raise_type(&mp_type_MemoryError);
    }
    reading->value.bytes.data = buffer.buf;
    reading->value.bytes.len = buffer.len;
}

static mp_obj_t readable_body(void *arg) {
    lend_buffer(arg, MP_BUFFER_READ);
    return MP_OBJ_NULL;
}

static mp_obj_t writable_body(void *arg) {
    lend_buffer(arg, MP_BUFFER_RW);
    return MP_OBJ_NULL;
}

static __attribute__((noinline)) uint32_t other_as_buffer(mp_obj_t object, bool writable, uint8_t **data, size_t *len,
    mpyf_handle_t *out) {
    reading_t reading;
    uint32_t status = protected(writable ? writable_body : readable_body, object, &reading, out);
    if (status == MPYF_OK) {
        *data = (uint8_t *)reading.value.bytes.data;
        *len = reading.value.bytes.len;
    }
    return status;
}

uint32_t mpyf_as_buffer(const void *args, size_t index, uint32_t writable, uint8_t **data, size_t *len,
    mpyf_handle_t *out) {
    mp_obj_t object = mpyf_in_place(args, index);
    #if MICROPY_PY_BUILTINS_BYTEARRAY
    if (mp_obj_is_exact_type(object, &mp_type_bytearray)) {
        mp_buffer_info_t buffer;
        mp_get_buffer(object, &buffer, MP_BUFFER_RW);
        *data = buffer.buf;
        *len = buffer.len;
        return MPYF_OK;
    }
    #endif
    return other_as_buffer(object, writable, data, len, out);
}

static mp_obj_t object_body(void *arg) {
    return ((const reading_t *)arg)->object;
}

uint32_t mpyf_as_object(const void *args, size_t index, mpyf_handle_t *out) {
    reading_t reading;
    return protected(object_body, mpyf_in_place(args, index), &reading, out);
}

// The names of types are qstrs, and those stay where they are until the VM stops.
void mpyf_type_name(const void *args, size_t index, const uint8_t **data, size_t *len) {
    *data = qstr_data(mp_obj_get_type(mpyf_in_place(args, index))->name, len);
}
