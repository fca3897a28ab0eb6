// Included before py/objdict.c: where MicroPython goes through a dict and runs Python meanwhile, it gets a copy of the
// dict that no Python program knows of. It keeps a pointer to an item while it compares, hashes or prints the key, which
// can change the dict. Dicts whose keys are plain aren't copied.
//
// A macro with arguments renames a function where its name is followed by any, which is its definition and its calls.
// Where the name stands alone, as in the tables of the type, it means the function here.
//
// Nobody but the function that is called knows of a copy, and that may have no more than the address of its map in a
// register. The collector knows objects by their beginning, which is therefore kept in sight here.
#pragma once

#include <string.h>

#include "py/obj.h"
#include "py/stream.h"

#include "guards/guards.h"

static void dict_print_unguarded(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind);
static mp_obj_t dict_binary_op_unguarded(mp_binary_op_t op, mp_obj_t left, mp_obj_t right);
static mp_obj_t dict_update_unguarded(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs);
mp_obj_t dict_make_new_unguarded(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);

static void dict_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
    // A stream can be written in Python, and then runs it for every piece of text.
    bool by_python = print->print_strn == mp_stream_write_adaptor;
    mp_obj_t steady = by_python ? mp_obj_dict_copy(self) : mpyg_steady_dict(self, self);
    volatile mp_obj_t kept = steady;
    dict_print_unguarded(print, steady, kind);
    (void)kept;
}

static mp_obj_t dict_binary_op(mp_binary_op_t op, mp_obj_t left, mp_obj_t right) {
    if (op == MP_BINARY_OP_EQUAL && mp_obj_is_dict_or_ordereddict(right)) {
        mp_obj_t steady = mpyg_steady_dict(left, right);
        // Where one has to be copied, so has the other.
        right = steady == left ? right : mpyg_steady_dict(right, left);
        left = steady;
    } else if (op == MP_BINARY_OP_OR || op == MP_BINARY_OP_INPLACE_OR) {
        right = mpyg_steady_dict(right, left);
    }
    volatile mp_obj_t kept[2] = { left, right };
    mp_obj_t result = dict_binary_op_unguarded(op, left, right);
    (void)kept[0], (void)kept[1];
    return result;
}

static mp_obj_t dict_update(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    if (n_args != 2 || args[0] == args[1]) {
        return dict_update_unguarded(n_args, args, kwargs);
    }
    mp_obj_t steady[2] = { args[0], mpyg_steady_dict(args[1], args[0]) };
    return dict_update_unguarded(2, steady, kwargs);
}

mp_obj_t mp_obj_dict_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_obj_t source = n_args == 1 ? mpyg_steady_dict(args[0], args[0]) : MP_OBJ_NULL;
    if (n_args != 1 || source == args[0]) {
        return dict_make_new_unguarded(type, n_args, n_kw, args);
    }
    mp_obj_t steady[1 + 2 * n_kw];
    memcpy(steady, args, sizeof(steady));
    steady[0] = source;
    return dict_make_new_unguarded(type, 1, n_kw, steady);
}

#define dict_print(...) dict_print_unguarded(__VA_ARGS__)
#define dict_binary_op(...) dict_binary_op_unguarded(__VA_ARGS__)
#define dict_update(...) dict_update_unguarded(__VA_ARGS__)
#define mp_obj_dict_make_new(...) dict_make_new_unguarded(__VA_ARGS__)
