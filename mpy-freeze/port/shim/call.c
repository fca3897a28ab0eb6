// Calls of objects and of their methods, with arguments by position and by name.

#include "py/runtime.h"
#include "py/smallint.h"

#include "shim/internal.h"

#define FEW_ARGS (8)

// What is called, with what. Without a name it is the object itself, otherwise its method of that name.
typedef struct {
    mpyf_handle_t object;
    const char *name;
    size_t name_len;
    const mpyf_value_t *args;
    size_t n_args;
    const mpyf_keyword_t *keywords;
    size_t n_keywords;
} call_t;

// Most arguments are small ints, which are words already.
static inline __attribute__((always_inline)) mp_obj_t argument(const mpyf_value_t *value) {
    if (value->kind == MPYF_VALUE_INT) {
        mp_int_t word = (mp_int_t)value->bits;
        if (word == (int64_t)value->bits && MP_SMALL_INT_FITS(word)) {
            return MP_OBJ_NEW_SMALL_INT(word);
        }
    }
    return mpyf_from_value(value);
}

// Each argument by name takes two places, one for its name and one for its value.
static void make_arguments(const call_t *call, mp_obj_t *args) {
    const mpyf_value_t *end = call->args + call->n_args;
    for (const mpyf_value_t *value = call->args; value < end; value++) {
        *args++ = argument(value);
    }
    for (size_t i = 0; i < call->n_keywords; i++) {
        const mpyf_keyword_t *keyword = &call->keywords[i];
        *args++ = MP_OBJ_NEW_QSTR(qstr_from_strn((const char *)keyword->name, keyword->name_len));
        *args++ = mpyf_from_value(&keyword->value);
    }
}

static mp_obj_t call_body(void *arg) {
    const call_t *call = arg;
    // The arguments lie where the garbage collector finds them while others are made: on the stack, and
    // where they are many, in the heap. The two places in front are a method's function and its self.
    mp_obj_t few[2 + FEW_ARGS];
    mp_obj_t *args = few;
    // The collector knows the block by its beginning only, which the compiler may otherwise give up for a
    // pointer to the arguments inside.
    mp_obj_t *volatile block = few;
    size_t places = call->n_args + 2 * call->n_keywords;
    if (places > FEW_ARGS) {
        block = args = m_new(mp_obj_t, places + 2);
    }
    (void)block;
    make_arguments(call, args + 2);
    if (call->name == NULL) {
        return mp_call_function_n_kw(mpyf_object(call->object), call->n_args, call->n_keywords, args + 2);
    }
    mp_load_method(mpyf_object(call->object), qstr_from_strn(call->name, call->name_len), args);
    return mp_call_method_n_kw(call->n_args, call->n_keywords, args);
}

uint32_t mpyf_call(mpyf_handle_t callee, const mpyf_value_t *args, size_t n_args, mpyf_handle_t *out) {
    call_t call = { callee, NULL, 0, args, n_args, NULL, 0 };
    return mpyf_protect(call_body, &call, out);
}

uint32_t mpyf_call_method(mpyf_handle_t object, const uint8_t *name, size_t name_len,
    const mpyf_value_t *args, size_t n_args, mpyf_handle_t *out) {
    call_t call = { object, (const char *)name, name_len, args, n_args, NULL, 0 };
    return mpyf_protect(call_body, &call, out);
}

uint32_t mpyf_call_with(mpyf_handle_t object, const uint8_t *name, size_t name_len, const mpyf_value_t *args,
    size_t n_args, const mpyf_keyword_t *keywords, size_t n_keywords, mpyf_handle_t *out) {
    call_t call = { object, (const char *)name, name_len, args, n_args, keywords, n_keywords };
    return mpyf_protect(call_body, &call, out);
}
