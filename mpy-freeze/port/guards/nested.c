// A limit for MicroPython's own recursion through nested containers.
//
// Comparing and hashing call themselves for the items of containers and look at the stack nowhere. The calls that a
// container makes for its items go through here instead; comparisons and
// hashes of anything else are as they were.

#include "py/mpstate.h"
#include "py/objtuple.h"
#include "py/runtime.h"

#include "guards/guards.h"

static inline void check_stack(void) {
    size_t used = (size_t)((char *)MP_STATE_THREAD(stack_top) - (char *)__builtin_frame_address(0));
    if (used >= MP_STATE_THREAD(stack_limit)) {
        mp_raise_recursion_depth();
    }
}

bool mpyg_nested_equal(mp_obj_t left, mp_obj_t right) {
    check_stack();
    return mp_obj_equal(left, right);
}

mp_obj_t mpyg_nested_unary_op(mp_unary_op_t op, mp_obj_t object) {
    check_stack();
    return mp_unary_op(op, object);
}

mp_obj_t mpyg_nested_set_lookup(mp_set_t *set, mp_obj_t item, mp_map_lookup_kind_t kind) {
    check_stack();
    return mp_set_lookup(set, item, kind);
}

// How deep classes with several bases can lie in one another. MicroPython looks for attributes and bases by calling
// itself for each of them, and doesn't look at the stack; classes with one base each it goes through in a loop.
#define DEEPEST_BASES (32)

static size_t depth_of(const mp_obj_type_t *type) {
    const mp_obj_base_t *parent = MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, parent);
    while (parent != NULL && parent->type != &mp_type_tuple) {
        parent = MP_OBJ_TYPE_GET_SLOT_OR_NULL((const mp_obj_type_t *)parent, parent);
    }
    if (parent == NULL) {
        return 0;
    }
    const mp_obj_tuple_t *bases = (const mp_obj_tuple_t *)parent;
    size_t deepest = 0;
    for (size_t i = 0; i < bases->len; i++) {
        // MAX would look into the base twice, and so into its own four times.
        size_t depth = depth_of(MP_OBJ_TO_PTR(bases->items[i]));
        deepest = MAX(deepest, depth);
    }
    return deepest + 1;
}

// Where MicroPython makes a class it takes the bases out of their tuple. Its isinstance() does so too, and raises for
// the deepest classes.
void mpyg_nested_bases(mp_obj_t tuple, size_t *len, mp_obj_t **items) {
    mp_obj_tuple_get(tuple, len, items);
    if (*len < 2) {
        return;
    }
    for (size_t i = 0; i < *len; i++) {
        mp_obj_t base = (*items)[i];
        if (mp_obj_is_type(base, &mp_type_type) && depth_of(MP_OBJ_TO_PTR(base)) >= DEEPEST_BASES) {
            mp_raise_recursion_depth();
        }
    }
}
