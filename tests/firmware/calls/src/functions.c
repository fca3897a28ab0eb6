// The functions as a C programmer writes them, with MicroPython's own macros.

#include <string.h>

#include "py/objstr.h"
#include "py/runtime.h"

static mp_obj_t c_nothing(void) {
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(c_nothing_obj, c_nothing);

static mp_obj_t c_add(mp_obj_t a, mp_obj_t b) {
    return mp_obj_new_int(mp_obj_get_int(a) + mp_obj_get_int(b));
}
static MP_DEFINE_CONST_FUN_OBJ_2(c_add_obj, c_add);

static mp_obj_t c_half(mp_obj_t a) {
    return mp_obj_new_float(mp_obj_get_float(a) / 2);
}
static MP_DEFINE_CONST_FUN_OBJ_1(c_half_obj, c_half);

static mp_obj_t c_length(mp_obj_t text) {
    size_t len;
    mp_obj_str_get_data(text, &len);
    return mp_obj_new_int_from_uint(len);
}
static MP_DEFINE_CONST_FUN_OBJ_1(c_length_obj, c_length);

static mp_obj_t c_fill(mp_obj_t bytes, mp_obj_t value) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(bytes, &buffer, MP_BUFFER_WRITE);
    memset(buffer.buf, mp_obj_get_int(value), buffer.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(c_fill_obj, c_fill);

static mp_obj_t c_named(size_t n_args, const mp_obj_t *args, mp_map_t *keywords) {
    enum { A, B, C };
    static const mp_arg_t c_named_args[] = {
        { MP_QSTR_a, MP_ARG_REQUIRED | MP_ARG_INT },
        { MP_QSTR_b, MP_ARG_INT, { .u_int = 2 } },
        { MP_QSTR_c, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = 3 } },
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(c_named_args)];
    mp_arg_parse_all(n_args, args, keywords, MP_ARRAY_SIZE(c_named_args), c_named_args, values);
    return mp_obj_new_int(values[A].u_int * 100 + values[B].u_int * 10 + values[C].u_int);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(c_named_obj, 0, c_named);

static mp_obj_t c_repeat(mp_obj_t callee, mp_obj_t count) {
    for (mp_int_t i = mp_obj_get_int(count); i > 0; i--) {
        mp_call_function_2(callee, MP_OBJ_NEW_SMALL_INT(i), MP_OBJ_NEW_SMALL_INT(2));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(c_repeat_obj, c_repeat);

// As Rust has it: what the callee raises comes back, and is raised when this function has nothing more to do.
static mp_obj_t c_repeat_caught(mp_obj_t callee, mp_obj_t count) {
    for (mp_int_t i = mp_obj_get_int(count); i > 0; i--) {
        nlr_buf_t nlr;
        if (nlr_push(&nlr) != 0) {
            nlr_raise(MP_OBJ_FROM_PTR(nlr.ret_val));
        }
        mp_call_function_2(callee, MP_OBJ_NEW_SMALL_INT(i), MP_OBJ_NEW_SMALL_INT(2));
        nlr_pop();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(c_repeat_caught_obj, c_repeat_caught);

// A class with a constructor, a method and an attribute that can be written.
typedef struct {
    mp_obj_base_t base;
    mp_int_t value;
} c_Counter_t;

static mp_obj_t c_Counter_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    c_Counter_t *self = mp_obj_malloc(c_Counter_t, type);
    self->value = mp_obj_get_int(args[0]);
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t c_Counter_add(mp_obj_t self_in, mp_obj_t by) {
    c_Counter_t *self = MP_OBJ_TO_PTR(self_in);
    self->value += mp_obj_get_int(by);
    return mp_obj_new_int(self->value);
}
static MP_DEFINE_CONST_FUN_OBJ_2(c_Counter_add_obj, c_Counter_add);

static void c_Counter_attr(mp_obj_t self_in, qstr name, mp_obj_t *dest) {
    c_Counter_t *self = MP_OBJ_TO_PTR(self_in);
    if (name != MP_QSTR_value) {
        // It may be a method.
        dest[1] = MP_OBJ_SENTINEL;
    } else if (dest[0] == MP_OBJ_NULL) {
        dest[0] = mp_obj_new_int(self->value);
    } else if (dest[1] != MP_OBJ_NULL) {
        self->value = mp_obj_get_int(dest[1]);
        dest[0] = MP_OBJ_NULL;
    }
}

static const mp_rom_map_elem_t c_Counter_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_add), MP_ROM_PTR(&c_Counter_add_obj) },
};
static MP_DEFINE_CONST_DICT(c_Counter_locals, c_Counter_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(c_Counter_type, MP_QSTR_Counter, MP_TYPE_FLAG_NONE,
    make_new, c_Counter_make_new,
    attr, c_Counter_attr,
    locals_dict, &c_Counter_locals
    );

static const mp_rom_map_elem_t globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_in_c) },
    { MP_ROM_QSTR(MP_QSTR_nothing), MP_ROM_PTR(&c_nothing_obj) },
    { MP_ROM_QSTR(MP_QSTR_add), MP_ROM_PTR(&c_add_obj) },
    { MP_ROM_QSTR(MP_QSTR_half), MP_ROM_PTR(&c_half_obj) },
    { MP_ROM_QSTR(MP_QSTR_length), MP_ROM_PTR(&c_length_obj) },
    { MP_ROM_QSTR(MP_QSTR_fill), MP_ROM_PTR(&c_fill_obj) },
    { MP_ROM_QSTR(MP_QSTR_named), MP_ROM_PTR(&c_named_obj) },
    { MP_ROM_QSTR(MP_QSTR_repeat), MP_ROM_PTR(&c_repeat_obj) },
    { MP_ROM_QSTR(MP_QSTR_repeat_caught), MP_ROM_PTR(&c_repeat_caught_obj) },
    { MP_ROM_QSTR(MP_QSTR_Counter), MP_ROM_PTR(&c_Counter_type) },
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t in_c_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&globals,
};
MP_REGISTER_MODULE(MP_QSTR_in_c, in_c_module);
