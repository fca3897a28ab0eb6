// Included before py/objlist.c and py/objtuple.c: comparing, searching and sorting run Python, which can change the
// list and free its items, as can an object that stands for an index. MicroPython keeps pointers and lengths meanwhile.
//
// mpyf_dict.h says how macros put a function in place of another.
#pragma once

#include <stddef.h>

#include "py/objlist.h"
#include "py/objtuple.h"

#include "mpyf_containers.h"

// What has these items: MicroPython hands on the items alone. MPYF_SEQUENCE is the type that the file is about.
#define MPYF_OWNER(field) MP_OBJ_FROM_PTR((char *)&(field) - offsetof(MPYF_SEQUENCE, items))

#define mp_seq_cmp_objs(op, left, left_len, right, right_len) mpyf_compare(op, MPYF_OWNER(left), MPYF_OWNER(right))
#define mp_seq_index_obj(sequence, len, n_args, args) mpyf_index(MPYF_OWNER(sequence), n_args, args)
#define mp_seq_count_obj(sequence, len, value) mpyf_count(MPYF_OWNER(sequence), value)

// The length is asked for after the index has become a number.
#define mp_get_index(type, len, index, is_slice) \
    ({ mp_obj_t mpyf_number = mpyf_plain_index(index); (mp_get_index)(type, len, mpyf_number, is_slice); })

// In the file of the lists only.
mp_obj_t mpyf_list_sort_unguarded(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs);
#define mp_obj_list_sort(...) mpyf_list_sort_unguarded(__VA_ARGS__)
