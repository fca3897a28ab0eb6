// How long a function's bytecode is, for marshal.
//
// MicroPython asks the collector, which knows nothing of functions in ROM and says zero: what would be marshalled then is
// whatever lies around.

#include "py/gc.h"
#include "py/runtime.h"

#include "guards/guards.h"

size_t mpyg_code_bytes(const void *code) {
    size_t bytes = gc_nbytes(code);
    if (bytes == 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("can't marshal frozen code"));
    }
    return bytes;
}
