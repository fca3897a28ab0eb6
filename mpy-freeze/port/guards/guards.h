// The room of the guards: functions that stand before MicroPython's own where Python could have it use memory that has
// been freed, or run out of stack. Its symbols begin with `mpyg_`, and it includes nothing of other rooms.
//
// The build compiles a guarded file of MicroPython's with another name for the function that is guarded: by a macro of
// the command line, or by a header of this room that is included before the file (dict.h says how these are made).
#pragma once

#include "py/mpstate.h"
#include "py/obj.h"
#include "py/runtime.h"

// ---------------------------------------------------------------------------------------------
// The collector.

// Whether the collector is running, and a finaliser is the caller. Objects that Python can still reach may be freed
// already, or will be, whoever keeps them.
static inline bool mpyg_is_collecting(void) {
    return (MP_STATE_THREAD(gc_lock_depth) & GC_COLLECT_FLAG) != 0;
}

// ---------------------------------------------------------------------------------------------
// Nested containers (nested.c).

// Compares two items of containers, or raises RuntimeError where the stack is used up.
bool mpyg_nested_equal(mp_obj_t left, mp_obj_t right);

// ---------------------------------------------------------------------------------------------
// Containers that Python changes while MicroPython works on them (containers.c).

// The dict, or a copy of it where one of its keys, or of those of the other dict, can run Python. Anything else comes
// back as it is.
mp_obj_t mpyg_steady_dict(mp_obj_t dict, mp_obj_t other);

// Compares lists or tuples, and looks for an item, by the items that they have at each step.
bool mpyg_compare(mp_uint_t op, mp_obj_t left, mp_obj_t right);
mp_obj_t mpyg_index(mp_obj_t sequence, size_t n_args, const mp_obj_t *args);
mp_obj_t mpyg_count(mp_obj_t sequence, mp_obj_t value);

// Does work on a list's items while the list itself is empty, and puts them back. It raises ValueError where Python has
// put something into the list meanwhile.
typedef mp_obj_t (*mpyg_work_t)(mp_obj_t list, void *arg);
mp_obj_t mpyg_on_items_of(mp_obj_t list, mpyg_work_t work, void *arg);

// The number that an object stands for, so that MicroPython has nothing to ask the object later. An object that stands
// for none comes back as it is. An index can be a slice.
mp_obj_t mpyg_number_of_index(mp_obj_t index);
mp_obj_t mpyg_plain_number(char typecode, mp_obj_t value);

static inline mp_obj_t mpyg_plain_index(mp_obj_t index) {
    return mp_obj_is_small_int(index) ? index : mpyg_number_of_index(index);
}

// How many items an iterable will give, where no Python can change it; or MP_OBJ_NULL.
mp_obj_t mpyg_steady_len(mp_obj_t iterable);

// More memory for bytes that others may have pointers to: the old block is the collector's to free.
void *mpyg_extend_block(void *block, size_t old_bytes, size_t new_bytes);

// ---------------------------------------------------------------------------------------------
// Streams that are written in Python (stream.c).

// Reads or writes by the stream's method, which gets bytes that it can keep.
mp_uint_t mpyg_stream_read(mp_obj_t self, void *out, mp_uint_t size, int *error);
mp_uint_t mpyg_stream_write(mp_obj_t self, const void *data, mp_uint_t size, int *error);
