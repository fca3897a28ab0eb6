// Included before py/modio.c: streams that are written in Python get bytes that they can keep; see guards/stream.c.
//
// guards/dict.h says how macros put a function in place of another.
#pragma once

#include "py/mperrno.h"
#include "py/stream.h"

#include "guards/guards.h"

#if MICROPY_PY_IO && MICROPY_PY_IO_IOBASE

static __attribute__((unused)) mp_uint_t iobase_read_unguarded(mp_obj_t self, void *out, mp_uint_t size, int *error);
static __attribute__((unused)) mp_uint_t iobase_write_unguarded(mp_obj_t self, const void *data, mp_uint_t size, int *error);
static mp_uint_t iobase_ioctl_unguarded(mp_obj_t self, mp_uint_t request, uintptr_t argument, int *error);

static mp_uint_t iobase_read(mp_obj_t self, void *out, mp_uint_t size, int *error) {
    return mpyg_stream_read(self, out, size, error);
}

static mp_uint_t iobase_write(mp_obj_t self, const void *data, mp_uint_t size, int *error) {
    return mpyg_stream_write(self, data, size, error);
}

static mp_uint_t iobase_ioctl(mp_obj_t self, mp_uint_t request, uintptr_t argument, int *error) {
    if (mpyg_is_collecting()) {
        // What is lost above the stream stays open below: nobody is there to be told.
        *error = MP_EBUSY;
        return request == MP_STREAM_CLOSE ? 0 : MP_STREAM_ERROR;
    }
    return iobase_ioctl_unguarded(self, request, argument, error);
}

#define iobase_ioctl(...) iobase_ioctl_unguarded(__VA_ARGS__)
#define iobase_read(...) iobase_read_unguarded(__VA_ARGS__)
#define iobase_write(...) iobase_write_unguarded(__VA_ARGS__)

#endif
