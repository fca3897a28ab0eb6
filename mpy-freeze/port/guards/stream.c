// Streams that are written in Python.
//
// MicroPython gives their methods a bytearray that lies on the stack, with bytes that are on the stack too, or that
// somebody frees or must not change. The methods can keep it. And whoever reads or writes believes them how many bytes
// that were. Here they get a bytearray of their own. While the collector runs there is none to be had, so that a finaliser
// calls no such method.

#include <limits.h>
#include <string.h>

#include "py/mperrno.h"
#include "py/objarray.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "guards/guards.h"

#if MICROPY_PY_IO && MICROPY_PY_IO_IOBASE

// How many of the bytes the method says that it has read or written, or MP_STREAM_ERROR.
static mp_uint_t call(mp_obj_t self, qstr name, mp_obj_array_t *bytes, mp_uint_t size, int *error) {
    mp_obj_t method[3];
    mp_load_method(self, name, method);
    method[2] = MP_OBJ_FROM_PTR(bytes);
    mp_obj_t result = mp_call_method_n_kw(1, 0, method);
    if (result == mp_const_none) {
        *error = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    mp_int_t count = mp_obj_get_int(result);
    if (count > (mp_int_t)size || count < -INT_MAX) {
        mp_raise_ValueError(MP_ERROR_TEXT("a stream claims more bytes than it was given"));
    }
    if (count < 0) {
        *error = -count;
        return MP_STREAM_ERROR;
    }
    return count;
}

mp_uint_t mpyg_stream_read(mp_obj_t self, void *out, mp_uint_t size, int *error) {
    mp_obj_array_t *bytes = MP_OBJ_TO_PTR(mp_obj_new_bytearray(size, out));
    mp_uint_t count = call(self, MP_QSTR_readinto, bytes, size, error);
    if (count != MP_STREAM_ERROR) {
        // The method may have made it shorter.
        memcpy(out, bytes->items, MIN(count, bytes->len));
    }
    return count;
}

mp_uint_t mpyg_stream_write(mp_obj_t self, const void *data, mp_uint_t size, int *error) {
    return call(self, MP_QSTR_write, MP_OBJ_TO_PTR(mp_obj_new_bytearray(size, data)), size, error);
}

#endif
