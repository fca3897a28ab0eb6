// A limit for MicroPython's own recursion through nested containers.
//
// Comparing and hashing call themselves for the items of containers and look at the stack nowhere. The calls that a
// container makes for its items go through here instead (`guard_nesting` in mpy-freeze's units.rs); comparisons and
// hashes of anything else are as they were.

#include "py/mpstate.h"
#include "py/runtime.h"

#include "mpyf_internal.h"

static inline void check_stack(void) {
    size_t used = (size_t)((char *)MP_STATE_THREAD(stack_top) - (char *)__builtin_frame_address(0));
    if (used >= MP_STATE_THREAD(stack_limit)) {
        mp_raise_recursion_depth();
    }
}

bool mpyf_nested_equal(mp_obj_t left, mp_obj_t right) {
    check_stack();
    return mp_obj_equal(left, right);
}

mp_obj_t mpyf_nested_unary_op(mp_unary_op_t op, mp_obj_t object) {
    check_stack();
    return mp_unary_op(op, object);
}

mp_obj_t mpyf_nested_set_lookup(mp_set_t *set, mp_obj_t item, mp_map_lookup_kind_t kind) {
    check_stack();
    return mp_set_lookup(set, item, kind);
}
