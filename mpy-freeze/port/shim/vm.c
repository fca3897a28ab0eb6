// Starting and stopping the VM, the heap, and the place where everything that Python raises is caught.

#include <string.h>

#include "py/gc.h"
#include "py/mpstate.h"
#include "py/runtime.h"
#include "shared/runtime/gchelper.h"
#if MICROPY_PY_MACHINE_TIMER
#include "shared/runtime/softtimer.h"
#endif

#include "board/board.h"
#include "guards/guards.h"
#include "shim/internal.h"

// Between two of MicroPython's checks of the stack lie its printing, its float formatting, the
// garbage collector and the board's own write function. They must fit into what the limit leaves.
#if UINTPTR_MAX > 0xffffffff
#define STACK_RESERVE (16 * 1024)
#else
#define STACK_RESERVE (1024)
#endif
#define SMALLEST_STACK (2 * STACK_RESERVE)

// Below this the arithmetic of the heap's own tables has no room.
#define SMALLEST_HEAP (64 * sizeof(void *))

uint32_t mpyf_outside;

uint32_t mpyf_protect(mpyf_body_t body, void *arg, mpyf_handle_t *out) {
    // An exception may leave from inside a module or function whose globals are still in place.
    mp_obj_dict_t *globals = mp_globals_get();
    mp_obj_dict_t *locals = mp_locals_get();
    nlr_buf_t nlr;
    *out = 0;
    if (nlr_push(&nlr) == 0) {
        if (mpyf_outside != 0) {
            mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the VM can't be used while it writes, waits or lends a buffer"));
        }
        mp_obj_t result = body(arg);
        if (result != MP_OBJ_NULL) {
            *out = mpyf_keep(result);
        }
        nlr_pop();
        return MPYF_OK;
    }
    mp_globals_set(globals);
    mp_locals_set(locals);
    *out = mpyf_keep_exception(MP_OBJ_FROM_PTR(nlr.ret_val));
    return MPYF_RAISED;
}

uint32_t mpyf_start(uint8_t *heap, size_t heap_len, void *stack_top, size_t stack_bytes) {
    if (stack_bytes < SMALLEST_STACK) {
        return MPYF_STACK_TOO_SMALL;
    }
    if (heap_len < SMALLEST_HEAP) {
        return MPYF_HEAP_TOO_SMALL;
    }
    // An earlier VM has left pointers into a heap that is no more.
    memset(&mp_state_ctx, 0, sizeof(mp_state_ctx));
    mpyf_outside = 0;
    mpyb_hal_init();
    mpyf_steps_start();
    MP_STATE_THREAD(stack_top) = stack_top;
    MP_STATE_THREAD(stack_limit) = stack_bytes - STACK_RESERVE;
    gc_init(heap, heap + heap_len);
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_init();
        mpyf_handles_init();
        mpyf_events_start();
        nlr_pop();
        return MPYF_STARTED;
    }
    // The only thing that the start can lack is memory.
    memset(&mp_state_ctx, 0, sizeof(mp_state_ctx));
    return MPYF_HEAP_TOO_SMALL;
}

#if MICROPY_PY_SYS_ATEXIT
static mp_obj_t exit_body(void *arg) {
    (void)arg;
    mp_obj_t function = MP_STATE_VM(sys_exitfunc);
    if (mp_obj_is_callable(function)) {
        mp_call_function_0(function);
    }
    return MP_OBJ_NULL;
}
#endif

// What the program has registered for its end. What that raises has nowhere to go.
static void run_exit_function(void) {
    #if MICROPY_PY_SYS_ATEXIT
    mpyf_handle_t ignored;
    mpyf_protect(exit_body, NULL, &ignored);
    #endif
}

void mpyf_stop(void) {
    run_exit_function();
    mpyf_events_stop();
    mpyb_timers_stop();
    mpyb_irq_stop();
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        gc_sweep_all();
        mp_deinit();
        nlr_pop();
    }
    // What a finaliser has started lies in the heap that ends here.
    mpyb_timers_stop();
    memset(&mp_state_ctx, 0, sizeof(mp_state_ctx));
}

void gc_collect(void) {
    // Where a finaliser has the heap collected, what the collector has marked would be freed.
    if (mpyg_is_collecting()) {
        return;
    }
    gc_collect_start();
    gc_helper_collect_regs_and_stack();
    #if MICROPY_PY_MACHINE_TIMER
    soft_timer_gc_mark_all();
    #endif
    gc_collect_end();
}

void mpyf_collect(void) {
    if (mpyf_outside != 0) {
        return;
    }
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        gc_collect();
        nlr_pop();
    }
}

void mpyf_heap_info(mpyf_heap_info_t *out) {
    gc_info_t info;
    gc_info(&info);
    out->total = info.total;
    out->used = info.used;
    out->free = info.free;
    out->max_free_block = info.max_free * MICROPY_BYTES_PER_GC_BLOCK;
}

// MicroPython calls this when an exception has nowhere to go, which the shim doesn't let happen.
__attribute__((noreturn)) void nlr_jump_fail(void *value) {
    (void)value;
    static const char message[] = "a Python exception was raised outside of the VM's protection";
    mpyf_platform_fatal(message, sizeof(message) - 1);
}
