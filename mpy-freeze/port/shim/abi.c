// One name for the whole shim. A linker that reads its inputs once takes out of the archive only what
// has been missed until then; the reference to this name makes it take every file of the shim.
//
// The build gives the name as MPYF_ABI. It holds a hash of mpyf.h, so that a shim and a crate mpy-freeze-rt of different
// interfaces fail to link.

#include "shim/mpyf.h"

// One function of a file is enough to have the file taken. What else is in it stays only where the program uses it, so
// that a firmware pays for no more of the shim than it needs.
static const void *const entries[] = {
    (const void *)mpyf_start,
    (const void *)mpyf_stop,
    (const void *)mpyf_collect,
    (const void *)mpyf_heap_info,
    (const void *)mpyf_release,
    (const void *)mpyf_import,
    (const void *)mpyf_execute,
    (const void *)mpyf_new,
    (const void *)mpyf_attr,
    (const void *)mpyf_set_attr,
    (const void *)mpyf_call,
    (const void *)mpyf_call_method,
    (const void *)mpyf_ask,
    (const void *)mpyf_item,
    (const void *)mpyf_set_item,
    (const void *)mpyf_len,
    (const void *)mpyf_iter,
    (const void *)mpyf_next,
    (const void *)mpyf_is_given,
    (const void *)mpyf_is_none,
    (const void *)mpyf_to_bool,
    (const void *)mpyf_to_word,
    (const void *)mpyf_to_int,
    (const void *)mpyf_to_uint,
    (const void *)mpyf_to_double,
    #if UINTPTR_MAX <= 0xffffffff
    (const void *)mpyf_to_single,
    #endif
    (const void *)mpyf_as_str,
    (const void *)mpyf_as_bytes,
    (const void *)mpyf_as_buffer,
    (const void *)mpyf_as_object,
    (const void *)mpyf_tuple,
    (const void *)mpyf_new_instance,
    (const void *)mpyf_as_instance,
    (const void *)mpyf_type_name,
    (const void *)mpyf_text,
    (const void *)mpyf_write,
    (const void *)mpyf_new_exception,
    (const void *)mpyf_exception_matches,
    (const void *)mpyf_closure_set,
    (const void *)mpyf_event_on,
    (const void *)mpyf_event_off,
    (const void *)mpyf_event_fire,
    (const void *)mpyf_keyboard_interrupt,
    (const void *)mpyf_run_pending,
    (const void *)mpyf_repl,
    (const void *)mpyf_bound_begin,
    (const void *)mpyf_bound_end,
};

void MPYF_ABI(void) {
    // The compiler can't drop what the assembler might look at.
    __asm__ volatile ("" : : "r" (entries));
}
