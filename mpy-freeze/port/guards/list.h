// Included before py/objlist.c and py/objtuple.c: comparing, searching and sorting run Python, which can change the
// list and free its items, as can an object that stands for an index. MicroPython keeps pointers and lengths meanwhile.
//
// guards/dict.h says how macros put a function in place of another.
#pragma once

#include <stddef.h>

#include "py/objlist.h"
#include "py/objtuple.h"

#include "guards/guards.h"

// What has these items: MicroPython hands on the items alone. MPYG_SEQUENCE is the type that the file is about.
#define MPYG_OWNER(field) MP_OBJ_FROM_PTR((char *)&(field) - offsetof(MPYG_SEQUENCE, items))

#define mp_seq_cmp_objs(op, left, left_len, right, right_len) mpyg_compare(op, MPYG_OWNER(left), MPYG_OWNER(right))
#define mp_seq_index_obj(sequence, len, n_args, args) mpyg_index(MPYG_OWNER(sequence), n_args, args)
#define mp_seq_count_obj(sequence, len, value) mpyg_count(MPYG_OWNER(sequence), value)

// The length is asked for after the index has become a number.
#define mp_get_index(type, len, index, is_slice) \
    ({ mp_obj_t mpyg_number = mpyg_plain_index(index); (mp_get_index)(type, len, mpyg_number, is_slice); })

// In the file of the lists only.
mp_obj_t mpyg_list_sort_unguarded(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs);
#define mp_obj_list_sort(...) mpyg_list_sort_unguarded(__VA_ARGS__)
