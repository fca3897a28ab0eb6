// Containers that Python changes while MicroPython works on them; see mpyf_containers.c.
#pragma once

#include "py/obj.h"
#include "py/runtime.h"

// The dict, or a copy of it where one of its keys, or of those of the other dict, can run Python. Anything else comes
// back as it is.
mp_obj_t mpyf_steady_dict(mp_obj_t dict, mp_obj_t other);

// Compares lists or tuples, and looks for an item, by the items that they have at each step.
bool mpyf_compare(mp_uint_t op, mp_obj_t left, mp_obj_t right);
mp_obj_t mpyf_index(mp_obj_t sequence, size_t n_args, const mp_obj_t *args);
mp_obj_t mpyf_count(mp_obj_t sequence, mp_obj_t value);

// Does work on a list's items while the list itself is empty, and puts them back. It raises ValueError where Python has
// put something into the list meanwhile.
typedef mp_obj_t (*mpyf_work_t)(mp_obj_t list, void *arg);
mp_obj_t mpyf_on_items_of(mp_obj_t list, mpyf_work_t work, void *arg);

// What an object that stands for a number comes to, so that nothing has to be asked of it later. What is no such object
// comes back as it is. An index can be a slice.
mp_obj_t mpyf_number_of_index(mp_obj_t index);
mp_obj_t mpyf_plain_number(char typecode, mp_obj_t value);

static inline mp_obj_t mpyf_plain_index(mp_obj_t index) {
    return mp_obj_is_small_int(index) ? index : mpyf_number_of_index(index);
}

// How many items an iterable will give, where no Python can change it; or MP_OBJ_NULL.
mp_obj_t mpyf_steady_len(mp_obj_t iterable);

// More memory for bytes that others may have pointers to: the old block is the collector's to free.
void *mpyf_extend_block(void *block, size_t old_bytes, size_t new_bytes);
