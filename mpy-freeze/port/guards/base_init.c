// What stands for a native base in an object of a Python class until `super().__init__()` has run.
//
// MicroPython takes a function for it and lets operations reach it as if it were the base's instance: calling the object
// calls the function with any arguments, and iterating over the object or asking for its bytes jumps to where the
// function's type has no function. The build compiles objtype.c with another name for the type of that function, which
// is the one below.

#include "py/objtype.h"
#include "py/runtime.h"

#include "guards/guards.h"

static __attribute__((noreturn)) void raise_too_early(void) {
    mp_raise_TypeError(MP_ERROR_TEXT("call super().__init__() first"));
}

static bool has_native_base(const mp_obj_type_t *type) {
    if (type == &mp_type_object) {
        return false;
    }
    if (!mp_obj_is_instance_type(type)) {
        return true;
    }
    const mp_obj_base_t *parent = MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, parent);
    if (parent == NULL || parent->type != &mp_type_tuple) {
        return parent != NULL && has_native_base((const mp_obj_type_t *)parent);
    }
    const mp_obj_tuple_t *parents = (const mp_obj_tuple_t *)parent;
    for (size_t i = 0; i < parents->len; i++) {
        if (has_native_base(MP_OBJ_TO_PTR(parents->items[i]))) {
            return true;
        }
    }
    return false;
}

// The function constructs the base of its first argument, which must be an object that has one.
static mp_obj_t init_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    const mp_obj_fun_builtin_var_t *self = MP_OBJ_TO_PTR(self_in);
    if (n_args == 0) {
        raise_too_early();
    }
    const mp_obj_type_t *type = mp_obj_get_type(args[0]);
    if (!mp_obj_is_instance_type(type) || !has_native_base(type)) {
        raise_too_early();
    }
    mp_map_t kw_args;
    mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
    return self->fun.kw(n_args, args, &kw_args);
}

static mp_obj_t init_iter(mp_obj_t self, mp_obj_iter_buf_t *buffer) {
    (void)self;
    (void)buffer;
    raise_too_early();
}

static mp_int_t init_buffer(mp_obj_t self, mp_buffer_info_t *buffer, mp_uint_t flags) {
    (void)self;
    (void)buffer;
    (void)flags;
    raise_too_early();
}

MP_DEFINE_CONST_OBJ_TYPE(
    mpyg_type_base_init,
    MP_QSTR_function,
    MP_TYPE_FLAG_BINDS_SELF | MP_TYPE_FLAG_BUILTIN_FUN,
    call, init_call,
    iter, init_iter,
    buffer, init_buffer
    );
