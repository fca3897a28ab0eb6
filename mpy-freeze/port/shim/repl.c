// The interactive prompt: MicroPython's own, with all of its modes.

#include "py/runtime.h"
#include "shared/runtime/pyexec.h"

#include "shim/internal.h"

#if MPYF_REPL

#if !MICROPY_ENABLE_COMPILER
#error "Build::repl: a prompt needs MicroPython's compiler (MICROPY_ENABLE_COMPILER)"
#endif
#if MICROPY_REPL_EVENT_DRIVEN
#error "Build::repl: the prompt waits for its input by itself (MICROPY_REPL_EVENT_DRIVEN must be 0)"
#endif

static mp_obj_t repl_body(void *arg) {
    (void)arg;
    // Each of the modes returns zero to go on in the other one. Which it is, a soft reset doesn't change.
    int end;
    do {
        end = pyexec_mode_kind == PYEXEC_MODE_RAW_REPL ? pyexec_raw_repl() : pyexec_friendly_repl();
    } while (end == 0);
    return MP_OBJ_NULL;
}

#else

static mp_obj_t repl_body(void *arg) {
    (void)arg;
    mp_raise_NotImplementedError(MP_ERROR_TEXT("no REPL in this firmware"));
}

#endif

uint32_t mpyf_repl(mpyf_handle_t *out) {
    return mpyf_protect(repl_body, NULL, out);
}
