// Objects as text: str, repr and traceback, and what an exception is by name.

#include <string.h>

#include "py/objtype.h"
#include "py/runtime.h"

#include "shim/internal.h"

#if MICROPY_VERSION >= MICROPY_MAKE_VERSION(1, 25, 0)
#include "py/cstack.h"
#define CHECK_STACK() mp_cstack_check()
#else
#include "py/stackctrl.h"
#define CHECK_STACK() mp_stack_check()
#endif

// An object, what text to make of it, and where to send that.
typedef struct {
    mp_obj_t object;
    uint32_t kind;
    mp_print_t print;
} printing_t;

static void print_object(const mp_print_t *print, mp_obj_t object, uint32_t kind) {
    if (kind == MPYF_TEXT_TRACEBACK && mp_obj_is_exception_instance(object)) {
        mp_obj_print_exception(print, object);
    } else {
        mp_obj_print_helper(print, object, kind == MPYF_TEXT_STR ? PRINT_STR : PRINT_REPR);
    }
}

static mp_obj_t write_body(void *arg) {
    printing_t *printing = arg;
    print_object(&printing->print, printing->object, printing->kind);
    return MP_OBJ_NULL;
}

// Where the pieces of a text go.
typedef struct {
    mpyf_write_t write;
    void *context;
} receiver_t;

static void send_piece(void *arg, const char *text, size_t len) {
    const receiver_t *receiver = arg;
    mpyf_outside++;
    receiver->write(receiver->context, text, len);
    mpyf_outside--;
}

// The text goes out piece by piece, so that a traceback can be shown when the heap is full.
uint32_t mpyf_write(mpyf_handle_t object, uint32_t kind, mpyf_write_t write, void *context,
    mpyf_handle_t *out) {
    receiver_t receiver = { write, context };
    printing_t printing = { mpyf_object(object), kind, { &receiver, send_piece } };
    return mpyf_protect(write_body, &printing, out);
}

static mp_obj_t text_body(void *arg) {
    printing_t *printing = arg;
    vstr_t text;
    mp_print_t print;
    vstr_init_print(&text, 16, &print);
    print_object(&print, printing->object, printing->kind);
    return mp_obj_new_str_from_vstr(&text);
}

uint32_t mpyf_text(mpyf_handle_t object, uint32_t kind, mpyf_handle_t *out) {
    printing_t printing = { .object = mpyf_object(object), .kind = kind };
    return mpyf_protect(text_body, &printing, out);
}

typedef struct {
    const mp_obj_type_t *type;
    const char *text;
    size_t len;
} message_t;

static mp_obj_t new_exception_body(void *arg) {
    const message_t *message = arg;
    if (message->len == 0) {
        return mp_obj_new_exception(message->type);
    }
    mp_obj_t text = mp_obj_new_str(message->text, message->len);
    return mp_obj_new_exception_args(message->type, 1, &text);
}

void mpyf_new_exception(const void *type, const uint8_t *message, size_t message_len, mpyf_handle_t *out) {
    message_t arg = { type, (const char *)message, message_len };
    mpyf_protect(new_exception_body, &arg, out);
}

typedef struct {
    const mp_obj_type_t *type;
    const mpyf_value_t *args;
    size_t n_args;
} arguments_t;

static mp_obj_t exception_with_body(void *body_arg) {
    const arguments_t *exception = body_arg;
    // The collector knows the tuple by its beginning only. It is read once more when the exception is there, so that it
    // stays on the stack until then.
    mp_obj_tuple_t *volatile args = MP_OBJ_TO_PTR(mp_obj_new_tuple(exception->n_args, NULL));
    for (size_t i = 0; i < exception->n_args; i++) {
        mp_obj_t arg = mpyf_from_value(&exception->args[i]);
        args->items[i] = arg;
    }
    mp_obj_t made = mp_obj_new_exception_args(exception->type, exception->n_args, args->items);
    (void)args;
    return made;
}

void mpyf_new_exception_with(const void *type, const mpyf_value_t *args, size_t n_args, mpyf_handle_t *out) {
    arguments_t arg = { type, args, n_args };
    mpyf_protect(exception_with_body, &arg, out);
}

// Nothing in here raises or allocates, so that it needs no protection: the exception's class and its bases are compared
// by their addresses. What has several bases is gone through by recursion, whose depth is limited where a class is made
// (`mpyg_nested_bases`).
uint32_t mpyf_exception_is(mpyf_handle_t object, const void *type) {
    return mp_obj_exception_match(mpyf_object(object), MP_OBJ_FROM_PTR(type));
}

// A type, and the name that it or one of its bases may have.
typedef struct {
    const mp_obj_type_t *type;
    const uint8_t *name;
    size_t name_len;
    bool matches;
} match_t;

static bool type_matches(const mp_obj_type_t *type, const match_t *match) {
    CHECK_STACK();
    for (;;) {
        size_t len;
        const byte *name = qstr_data(type->name, &len);
        if (len == match->name_len && memcmp(name, match->name, len) == 0) {
            return true;
        }
        const void *parent = MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, parent);
        if (parent == NULL) {
            return false;
        }
        if (((const mp_obj_base_t *)parent)->type != &mp_type_tuple) {
            type = parent;
            continue;
        }
        const mp_obj_tuple_t *bases = parent;
        for (size_t i = 0; i < bases->len; i++) {
            if (type_matches(MP_OBJ_TO_PTR(bases->items[i]), match)) {
                return true;
            }
        }
        return false;
    }
}

static mp_obj_t match_body(void *arg) {
    match_t *match = arg;
    match->matches = type_matches(match->type, match);
    return MP_OBJ_NULL;
}

uint32_t mpyf_exception_matches(mpyf_handle_t object, const uint8_t *name, size_t name_len) {
    match_t match = { mp_obj_get_type(mpyf_object(object)), name, name_len, false };
    mpyf_handle_t exception;
    if (mpyf_protect(match_body, &match, &exception) == MPYF_RAISED) {
        mpyf_release(exception);
        return 0;
    }
    return match.matches;
}
