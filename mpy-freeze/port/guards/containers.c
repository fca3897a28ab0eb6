// Containers that Python changes while MicroPython works on them.
//
// Comparing, hashing and printing an item, and asking an object for the number that it stands for, can run Python. It
// can change the container then, and free the memory of its items; MicroPython keeps pointers and lengths meanwhile. The
// functions here take the place of those of MicroPython's that do.

#include <string.h>

#include "py/gc.h"
#include "py/objlist.h"
#include "py/objstr.h"
#include "py/objtuple.h"

#include "guards/guards.h"

// Objects whose comparison, hash and text are MicroPython's own.
static bool is_plain(mp_obj_t object) {
    if (!mp_obj_is_obj(object)) {
        return true;
    }
    const mp_obj_type_t *type = mp_obj_get_type(object);
    return type == &mp_type_str || type == &mp_type_bytes || type == &mp_type_int || type == &mp_type_bool
           || type == &mp_type_NoneType
           #if MICROPY_PY_BUILTINS_FLOAT
           || type == &mp_type_float
           #endif
    ;
}

static bool are_plain(const mp_obj_t *items, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (!is_plain(items[i])) {
            return false;
        }
    }
    return true;
}

static bool has_plain_keys(mp_obj_t dict) {
    const mp_map_t *map = mp_obj_dict_get_map(dict);
    for (size_t i = 0; !map->all_keys_are_qstrs && i < map->alloc; i++) {
        mp_obj_t key = map->table[i].key;
        if (!mp_obj_is_small_int(key) && mp_map_slot_is_filled(map, i) && !is_plain(key)) {
            return false;
        }
    }
    return true;
}

mp_obj_t mpyg_steady_dict(mp_obj_t dict, mp_obj_t other) {
    // A method can be called with anything; MicroPython's own looks at that.
    if (!mp_obj_is_dict_or_ordereddict(dict) || !mp_obj_is_dict_or_ordereddict(other)) {
        return dict;
    }
    return has_plain_keys(dict) && has_plain_keys(other) ? dict : mp_obj_dict_copy(dict);
}

// The items of a list as they are now, or those of a tuple.
static inline size_t items_of(mp_obj_t sequence, const mp_obj_t **items) {
    if (mp_obj_is_type(sequence, &mp_type_list)) {
        const mp_obj_list_t *list = MP_OBJ_TO_PTR(sequence);
        *items = list->items;
        return list->len;
    }
    const mp_obj_tuple_t *tuple = MP_OBJ_TO_PTR(sequence);
    *items = tuple->items;
    return tuple->len;
}

// What lengths alone say, where all items of the shorter sequence are equal to the other's.
static bool compare_lengths(mp_uint_t op, size_t left, size_t right) {
    switch (op) {
        case MP_BINARY_OP_LESS:
            return left < right;
        case MP_BINARY_OP_LESS_EQUAL:
            return left <= right;
        case MP_BINARY_OP_MORE:
            return left > right;
        case MP_BINARY_OP_MORE_EQUAL:
            return left >= right;
        default:
            return left == right;
    }
}

// As MicroPython does, this asks the larger one whether it is.
static bool compare_items(mp_uint_t op, mp_obj_t left, mp_obj_t right) {
    switch (op) {
        case MP_BINARY_OP_EQUAL:
            return false;
        case MP_BINARY_OP_LESS:
            return mp_binary_op(MP_BINARY_OP_MORE, right, left) == mp_const_true;
        case MP_BINARY_OP_LESS_EQUAL:
            return mp_binary_op(MP_BINARY_OP_MORE_EQUAL, right, left) == mp_const_true;
        default:
            return mp_binary_op(op, left, right) == mp_const_true;
    }
}

bool mpyg_compare(mp_uint_t op, mp_obj_t left, mp_obj_t right) {
    for (size_t i = 0;; i++) {
        const mp_obj_t *left_items, *right_items;
        size_t left_len = items_of(left, &left_items);
        size_t right_len = items_of(right, &right_items);
        if (i >= left_len || i >= right_len || (op == MP_BINARY_OP_EQUAL && left_len != right_len)) {
            return compare_lengths(op, left_len, right_len);
        }
        mp_obj_t left_item = left_items[i], right_item = right_items[i];
        if (left_item == right_item && mp_obj_is_small_int(left_item)) {
            continue;
        }
        if (!mpyg_nested_equal(left_item, right_item)) {
            return compare_items(op, left_item, right_item);
        }
    }
}

mp_obj_t mpyg_index(mp_obj_t sequence, size_t n_args, const mp_obj_t *args) {
    const mp_obj_t *items;
    const mp_obj_type_t *type = mp_obj_get_type(sequence);
    mp_obj_t from = n_args > 2 ? mpyg_plain_index(args[2]) : MP_OBJ_NEW_SMALL_INT(0);
    mp_obj_t to = n_args > 3 ? mpyg_plain_index(args[3]) : MP_OBJ_NULL;
    size_t len = items_of(sequence, &items);
    size_t start = mp_get_index(type, len, from, true);
    size_t stop = to == MP_OBJ_NULL ? len : mp_get_index(type, len, to, true);
    for (size_t i = start; i < stop && i < items_of(sequence, &items); i++) {
        if (mpyg_nested_equal(items[i], args[1])) {
            return MP_OBJ_NEW_SMALL_INT(i);
        }
    }
    mp_raise_ValueError(MP_ERROR_TEXT("object not in sequence"));
}

mp_obj_t mpyg_count(mp_obj_t sequence, mp_obj_t value) {
    const mp_obj_t *items;
    mp_int_t count = 0;
    for (size_t i = 0; i < items_of(sequence, &items); i++) {
        count += mpyg_nested_equal(items[i], value);
    }
    return MP_OBJ_NEW_SMALL_INT(count);
}

// The least that a list can have room for is one item, since it grows by doubling.
#define EMPTY_ALLOC (4)

// Puts the items back; says whether the list was left alone meanwhile.
static bool put_back(mp_obj_list_t *list, const mp_obj_list_t *items, const mp_obj_t *empty) {
    bool was_empty = list->len == 0 && list->items == empty;
    m_del(mp_obj_t, list->items, list->alloc);
    list->items = items->items;
    list->alloc = items->alloc;
    list->len = items->len;
    return was_empty;
}

mp_obj_t mpyg_on_items_of(mp_obj_t object, mpyg_work_t work, void *arg) {
    if (!mp_obj_is_type(object, &mp_type_list)) {
        return work(object, arg);
    }
    mp_obj_list_t *list = MP_OBJ_TO_PTR(object);
    mp_obj_t *empty = m_new0(mp_obj_t, EMPTY_ALLOC);
    // On the stack the collector sees it, and Python doesn't.
    mp_obj_list_t items = *list;
    list->items = empty;
    list->alloc = EMPTY_ALLOC;
    list->len = 0;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        put_back(list, &items, empty);
        nlr_jump(nlr.ret_val);
    }
    mp_obj_t result = work(MP_OBJ_FROM_PTR(&items), arg);
    nlr_pop();
    if (!put_back(list, &items, empty)) {
        mp_raise_ValueError(MP_ERROR_TEXT("list modified during sort"));
    }
    return result;
}

mp_obj_t mpyg_list_sort_unguarded(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs);

static mp_obj_t sort(mp_obj_t list, void *kwargs) {
    return mpyg_list_sort_unguarded(1, &list, kwargs);
}

mp_obj_t mp_obj_list_sort(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    if (n_args == 1 && mp_obj_is_type(args[0], &mp_type_list)) {
        const mp_obj_t *items;
        size_t len = items_of(args[0], &items);
        // Where no Python runs, a list can be sorted without any memory.
        if (kwargs->used != 0 || !are_plain(items, len)) {
            return mpyg_on_items_of(args[0], sort, kwargs);
        }
    }
    return mpyg_list_sort_unguarded(n_args, args, kwargs);
}

// Asks an object that isn't plain for a number.
static mp_obj_t number_of(mp_unary_op_t op, mp_obj_t object) {
    if (is_plain(object)) {
        return object;
    }
    mp_obj_t number = mp_unary_op(op, object);
    return number == MP_OBJ_NULL ? object : number;
}

mp_obj_t mpyg_number_of_index(mp_obj_t index) {
    #if MICROPY_PY_BUILTINS_SLICE
    if (mp_obj_is_type(index, &mp_type_slice)) {
        mp_obj_slice_t *slice = MP_OBJ_TO_PTR(index);
        if (is_plain(slice->start) && is_plain(slice->stop) && is_plain(slice->step)) {
            return index;
        }
        mp_obj_t start = mpyg_plain_index(slice->start);
        mp_obj_t stop = mpyg_plain_index(slice->stop);
        return mp_obj_new_slice(start, stop, mpyg_plain_index(slice->step));
    }
    #endif
    return number_of(MP_UNARY_OP_INT_MAYBE, index);
}

mp_obj_t mpyg_plain_number(char typecode, mp_obj_t value) {
    // An array of objects keeps what it is given.
    if (value == MP_OBJ_STOP_ITERATION || typecode == 'O') {
        return value;
    }
    #if MICROPY_PY_BUILTINS_FLOAT
    if (typecode == 'f' || typecode == 'd') {
        return number_of(MP_UNARY_OP_FLOAT_MAYBE, value);
    }
    #endif
    return number_of(MP_UNARY_OP_INT_MAYBE, value);
}

mp_obj_t mpyg_steady_len(mp_obj_t iterable) {
    if (mp_obj_is_type(iterable, &mp_type_tuple) || mp_obj_is_type(iterable, &mp_type_list)) {
        const mp_obj_t *items;
        size_t len = items_of(iterable, &items);
        return are_plain(items, len) ? MP_OBJ_NEW_SMALL_INT(len) : MP_OBJ_NULL;
    }
    return mp_obj_is_type(iterable, &mp_type_range) ? mp_obj_len_maybe(iterable) : MP_OBJ_NULL;
}

void *mpyg_extend_block(void *block, size_t old_bytes, size_t new_bytes) {
    void *extended = gc_realloc(block, new_bytes, false);
    if (extended == NULL) {
        extended = m_malloc(new_bytes);
        memcpy(extended, block, MIN(old_bytes, new_bytes));
    }
    return extended;
}

// MicroPython multiplies lengths without a look at the result, and copies as often as it was told to into what it has
// then allocated.
void mpyg_multiply(const void *items, size_t size, size_t len, size_t times, void *copies) {
    size_t bytes;
    if (__builtin_mul_overflow(len, times, &bytes) || __builtin_mul_overflow(bytes, size, &bytes) || bytes > SIZE_MAX / 2) {
        m_malloc_fail(SIZE_MAX / 2);
    }
    if (bytes != 0) {
        mp_seq_multiply(items, size, len, times, copies);
    }
}

// The same for the one length that makes a deque.
mp_int_t mpyg_deque_len(mp_const_obj_t object) {
    mp_int_t len = mp_obj_get_int(object);
    if (len > (mp_int_t)(SIZE_MAX / 2 / sizeof(mp_obj_t))) {
        m_malloc_fail(SIZE_MAX / 2);
    }
    return len;
}

// And for what is written to a stream in memory, at a place that can be anywhere.
char *mpyg_stream_room(vstr_t *text, size_t len) {
    if (len > SIZE_MAX / 2) {
        m_malloc_fail(len);
    }
    return vstr_add_len(text, len);
}
