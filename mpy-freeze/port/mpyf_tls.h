// Included before extmod/modtls_mbedtls.c: Python can call `__del__` of a context, and nobody could use it after that.
//
// mpyf_dict.h says how macros put a function in place of another.
#pragma once

#include "py/obj.h"

#if MICROPY_PY_SSL && MICROPY_PY_SSL_FINALISER

// Raises OSError unless it is the collector that frees the context.
void mpyf_tls_check_collected(mp_obj_t context);

static mp_obj_t ssl_context___del___unguarded(mp_obj_t self);

static mp_obj_t ssl_context___del__(mp_obj_t self) {
    mpyf_tls_check_collected(self);
    return ssl_context___del___unguarded(self);
}

#define ssl_context___del__(...) ssl_context___del___unguarded(__VA_ARGS__)

#endif
