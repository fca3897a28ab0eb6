// Included before py/objarray.c and py/objdeque.c: objects that stand for numbers become numbers before MicroPython
// looks at an array, because they run Python that can change it; and an array that grows leaves its old bytes to whoever
// has a view of them.
//
// guards/dict.h says how macros put a function in place of another.
#pragma once

#include "py/binary.h"
#include "py/objarray.h"

#include "guards/guards.h"

#define mp_get_index(type, len, index, is_slice) \
    ({ mp_obj_t mpyg_number = mpyg_plain_index(index); (mp_get_index)(type, len, mpyg_number, is_slice); })

#ifdef MPYG_ARRAY

static mp_obj_t array_subscr_unguarded(mp_obj_t self, mp_obj_t index, mp_obj_t value);
static mp_obj_t array_append_unguarded(mp_obj_t self, mp_obj_t value);

static mp_obj_t array_subscr(mp_obj_t self, mp_obj_t index, mp_obj_t value) {
    index = mpyg_plain_index(index);
    if (value != MP_OBJ_NULL && value != MP_OBJ_SENTINEL) {
        mp_obj_array_t *array = MP_OBJ_TO_PTR(self);
        // Another bit says whether a memoryview can be written to.
        value = mpyg_plain_number(array->typecode & 0x7f, value);
    }
    return array_subscr_unguarded(self, index, value);
}

static mp_obj_t array_append(mp_obj_t self, mp_obj_t value) {
    mp_obj_array_t *array = MP_OBJ_TO_PTR(self);
    return array_append_unguarded(self, mpyg_plain_number(array->typecode, value));
}

#define array_subscr(...) array_subscr_unguarded(__VA_ARGS__)
#define array_append(...) array_append_unguarded(__VA_ARGS__)

// Where an array is made of items, which is the one place in the file with an iterator.
#define mp_iternext(iterator) mpyg_plain_number(array->typecode, mp_iternext(iterator))
#define mp_obj_len_maybe(iterable) mpyg_steady_len(iterable)

#undef m_renew
#define m_renew(type, block, old, new) ((type *)mpyg_extend_block(block, sizeof(type) * (old), sizeof(type) * (new)))

#endif
