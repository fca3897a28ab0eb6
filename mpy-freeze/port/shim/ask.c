// What Python says of objects: how they compare, what they contain and what they are.

#include "py/builtin.h"
#include "py/runtime.h"

#include "shim/internal.h"

typedef struct {
    mp_obj_t object;
    uint32_t question;
    const mpyf_value_t *value;
    intptr_t answer;
} asking_t;

static const uint8_t operators[] = {
    [MPYF_ASK_LESS] = MP_BINARY_OP_LESS,
    [MPYF_ASK_LESS_EQUAL] = MP_BINARY_OP_LESS_EQUAL,
    [MPYF_ASK_EQUAL] = MP_BINARY_OP_EQUAL,
    [MPYF_ASK_NOT_EQUAL] = MP_BINARY_OP_NOT_EQUAL,
    [MPYF_ASK_MORE] = MP_BINARY_OP_MORE,
    [MPYF_ASK_MORE_EQUAL] = MP_BINARY_OP_MORE_EQUAL,
};

static intptr_t answer(const asking_t *asking) {
    mp_obj_t object = asking->object;
    switch (asking->question) {
        case MPYF_ASK_HASH:
            return mp_obj_get_int_truncated(mp_unary_op(MP_UNARY_OP_HASH, object));
        case MPYF_ASK_CALLABLE:
            return mp_obj_is_callable(object);
        default:
            break;
    }
    mp_obj_t value = mpyf_from_value(asking->value);
    switch (asking->question) {
        case MPYF_ASK_CONTAINS:
            // Python's `in` has the container on its right.
            return mp_obj_is_true(mp_binary_op(MP_BINARY_OP_IN, value, object));
        case MPYF_ASK_INSTANCE:
            return mp_obj_is_true(mp_call_function_2(MP_OBJ_FROM_PTR(&mp_builtin_isinstance_obj), object, value));
        default:
            return mp_obj_is_true(mp_binary_op(operators[asking->question], object, value));
    }
}

static mp_obj_t ask_body(void *arg) {
    asking_t *asking = arg;
    asking->answer = answer(asking);
    return MP_OBJ_NULL;
}

uint32_t mpyf_ask(mpyf_handle_t object, uint32_t question, const mpyf_value_t *value, intptr_t *answer,
    mpyf_handle_t *out) {
    asking_t asking = { mpyf_object(object), question, value, 0 };
    uint32_t status = mpyf_protect(ask_body, &asking, out);
    *answer = status == MPYF_OK ? asking.answer : 0;
    return status;
}

uint32_t mpyf_is(mpyf_handle_t one, mpyf_handle_t other) {
    return mpyf_object(one) == mpyf_object(other);
}
