// Included before extmod/modtls_mbedtls.c: Python can call `__del__` of a context, and nobody could use it after that.
// guards/dict.h says how macros put a function in place of another.
//
// The room of TLS stands between MicroPython's modules and mbedTLS, and its symbols begin with `mpyt_`. It includes the
// guards, and of the shim mpyf.h alone; no other room includes it.
#pragma once

#include "py/obj.h"

#if MICROPY_PY_SSL && MICROPY_PY_SSL_FINALISER

// Raises OSError unless it is the collector that frees the context.
void mpyt_check_collected(mp_obj_t context);

static mp_obj_t ssl_context___del___unguarded(mp_obj_t self);

static mp_obj_t ssl_context___del__(mp_obj_t self) {
    mpyt_check_collected(self);
    return ssl_context___del___unguarded(self);
}

#define ssl_context___del__(...) ssl_context___del___unguarded(__VA_ARGS__)

#endif
