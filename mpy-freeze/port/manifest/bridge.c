// The functions of a manifest. Each sends its name and arguments to the build, which does the work and answers.

#include <string.h>

#include "py/objstr.h"
#include "py/runtime.h"
#include "py/stackctrl.h"

#include "manifest.h"

typedef struct {
    mp_obj_base_t base;
    qstr name;
} function_t;

static void put_str(mpym_message_t *message, mp_obj_t text) {
    size_t len;
    const char *bytes = mp_obj_str_get_data(text, &len);
    mpym_put_text(message, bytes, len);
}

static void print_into(void *message, const char *text, size_t len) {
    mpym_put_bytes(message, text, len);
}

static void put_repr(mpym_message_t *message, mp_obj_t value) {
    const mp_print_t print = { message, print_into };
    size_t gap = mpym_put_gap(message);
    mp_obj_print_helper(&print, value, PRINT_REPR);
    mpym_fill_gap(message, gap, message->len - gap);
}

static void put_value(mpym_message_t *message, mp_obj_t value, bool may_iterate);

static void put_items(mpym_message_t *message, mp_obj_t iterable) {
    size_t count = 0;
    mpym_put_tag(message, 'l');
    size_t gap = mpym_put_gap(message);
    mp_obj_iter_buf_t buf;
    mp_obj_t iterator = mp_getiter(iterable, &buf);
    mp_obj_t item;
    while (!message->too_long && (item = mp_iternext(iterator)) != MP_OBJ_STOP_ITERATION) {
        put_value(message, item, true);
        count++;
    }
    mpym_fill_gap(message, gap, count);
}

static bool is_iterable(mp_obj_t value) {
    const mp_obj_type_t *type = mp_obj_get_type(value);
    return (type->flags & MP_TYPE_FLAG_ITER_IS_STREAM) == MP_TYPE_FLAG_ITER_IS_STREAM
           || MP_OBJ_TYPE_HAS_SLOT(type, iter);
}

static void put_value(mpym_message_t *message, mp_obj_t value, bool may_iterate) {
    MP_STACK_CHECK();
    if (value == mp_const_none) {
        mpym_put_tag(message, 'n');
    } else if (value == mp_const_true || value == mp_const_false) {
        mpym_put_tag(message, value == mp_const_true ? 't' : 'f');
    } else if (mp_obj_is_str(value)) {
        mpym_put_tag(message, 's');
        put_str(message, value);
    } else if (mp_obj_is_int(value)) {
        mpym_put_tag(message, 'i');
        put_repr(message, value);
    } else if (may_iterate && !mp_obj_is_type(value, &mp_type_bytes) && is_iterable(value)) {
        put_items(message, value);
    } else {
        mpym_put_tag(message, 'o');
        mpym_put_tag(message, mp_obj_is_true(value) ? 't' : 'f');
        const char *type = qstr_str(mp_obj_get_type(value)->name);
        mpym_put_text(message, type, strlen(type));
        put_repr(message, value);
    }
}

// Lists are looked into only where a function takes one: an option may be any object and stays what it is.
static bool takes_list(const char *name, size_t len) {
    static const char *const names[] = { "files", "script", "manifest_path" };
    for (size_t i = 0; i < MP_ARRAY_SIZE(names); i++) {
        if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0) {
            return true;
        }
    }
    return false;
}

static void put_call(mpym_message_t *message, qstr function, size_t n_args, const mp_obj_t *args,
    const mp_map_t *kwargs) {
    const char *name = qstr_str(function);
    mpym_put_tag(message, 'C');
    mpym_put_text(message, name, strlen(name));
    mpym_put_number(message, (uint32_t)n_args);
    for (size_t i = 0; i < n_args; i++) {
        put_value(message, args[i], true);
    }
    mpym_put_number(message, (uint32_t)kwargs->used);
    for (size_t i = 0; i < kwargs->alloc; i++) {
        if (mp_map_slot_is_filled(kwargs, i)) {
            size_t len;
            const char *key = mp_obj_str_get_data(kwargs->table[i].key, &len);
            mpym_put_text(message, key, len);
            put_value(message, kwargs->table[i].value, takes_list(key, len));
        }
    }
}

// Python code that the arguments run, an iterator or a __repr__, may raise; the message must not be lost then.
static void send_call(qstr function, size_t n_args, const mp_obj_t *args, const mp_map_t *kwargs) {
    mpym_message_t message = { 0 };
    mpym_message_t *volatile held = &message;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        put_call(&message, function, n_args, args, kwargs);
        nlr_pop();
    } else {
        mpym_drop(held);
        nlr_jump(nlr.ret_val);
    }
    if (message.too_long) {
        mpym_drop(&message);
        mp_raise_ValueError(MP_ERROR_TEXT("the arguments are too long"));
    }
    mpym_send(&message);
}

static __attribute__((noreturn)) void raise_answer(mpym_cursor_t *cursor, mpym_message_t *message) {
    size_t type_len, len;
    const char *type = mpym_take_text(cursor, &type_len);
    const char *text = mpym_take_text(cursor, &len);
    qstr name = qstr_from_strn(type, type_len);
    mp_obj_t class = mpym_prelude(name);
    mp_obj_t reason = mp_obj_new_str(text, len);
    mpym_drop(message);
    nlr_raise(mp_call_function_1(class, reason));
}

static mp_obj_t take_fields(mpym_cursor_t *cursor) {
    mp_obj_t fields = mp_obj_new_dict(0);
    uint32_t count = mpym_take_number(cursor);
    for (uint32_t i = 0; i < count; i++) {
        size_t len;
        const char *name = mpym_take_text(cursor, &len);
        mp_obj_t key = MP_OBJ_NEW_QSTR(qstr_from_strn(name, len));
        mp_obj_t value = mp_const_none;
        if (mpym_take_tag(cursor) == 's') {
            const char *text = mpym_take_text(cursor, &len);
            value = mp_obj_new_str(text, len);
        }
        mp_obj_dict_store(fields, key, value);
    }
    return mp_call_function_1(mpym_prelude(MP_QSTR_Metadata), fields);
}

static mp_obj_t call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    MP_STACK_CHECK();
    function_t *self = MP_OBJ_TO_PTR(self_in);
    mp_map_t kwargs;
    mp_map_init_fixed_table(&kwargs, n_kw, args + n_args);
    send_call(self->name, n_args, args, &kwargs);
    mp_obj_t raised = mp_const_none;
    for (;;) {
        mpym_message_t message;
        if (!mpym_receive(&message)) {
            mpym_give_up("the build stopped talking");
        }
        mpym_cursor_t cursor = { message.bytes, message.len };
        switch (mpym_take_tag(&cursor)) {
            case 'N':
                mpym_drop(&message);
                return mp_const_none;
            case 'M': {
                mp_obj_t fields = take_fields(&cursor);
                mpym_drop(&message);
                return fields;
            }
            case 'E':
                raise_answer(&cursor, &message);
            case 'R':
                mpym_drop(&message);
                nlr_raise(raised);
            case 'X': {
                mpym_message_t result = { 0 };
                mpym_run(&cursor, &kwargs, &result, &raised);
                mpym_drop(&message);
                mpym_send(&result);
                break;
            }
            default:
                mpym_give_up("the build sent an unknown message");
        }
    }
}

static void print_function(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    function_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "<function %q>", self->name);
}

static MP_DEFINE_CONST_OBJ_TYPE(
    function_type, MP_QSTR_function, MP_TYPE_FLAG_NONE, call, call, print, print_function);

mp_obj_t mpym_function(const char *name, size_t len) {
    function_t *function = mp_obj_malloc(function_t, &function_type);
    function->name = qstr_from_strn(name, len);
    return MP_OBJ_FROM_PTR(function);
}
