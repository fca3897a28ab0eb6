// Functions written in Rust, as objects that Python calls.
//
// A Rust function takes the address of its arguments and returns two machine words, which say what Python gets.
// Nothing is raised and no object is made before its frame is gone, so that no jump ever passes it.

#include <string.h>

#include "py/runtime.h"
#include "py/smallint.h"

#include "shim/internal.h"

static mp_obj_t new_float(intptr_t payload) {
    #if MICROPY_PY_BUILTINS_FLOAT
    #if UINTPTR_MAX > 0xffffffff
    double value;
    #else
    float value;
    #endif
    memcpy(&value, &payload, sizeof(value));
    return mp_obj_new_float((mp_float_t)value);
    #else
    (void)payload;
    mp_raise_TypeError(MP_ERROR_TEXT("no floats in this firmware"));
    #endif
}

static __attribute__((noinline)) mp_obj_t other_returned(mpyf_return_t result) {
    intptr_t payload = MPYF_RETURN_PAYLOAD(result);
    switch (MPYF_RETURN_KIND(result)) {
        case MPYF_RETURN_INT:
            return mp_obj_new_int(payload);
        case MPYF_RETURN_BOOL:
            return mp_obj_new_bool(payload);
        case MPYF_RETURN_FLOAT:
            return new_float(payload);
        case MPYF_RETURN_OBJECT:
            return mpyf_take(payload);
        case MPYF_RETURN_RAISED:
            nlr_raise(mpyf_take(payload));
        case MPYF_RETURN_STOP:
            mp_raise_StopIteration(MP_OBJ_NULL);
        case MPYF_RETURN_NOT_IMPLEMENTED:
            #if MICROPY_PY_BUILTINS_NOTIMPLEMENTED
            return MP_OBJ_FROM_PTR(&mp_const_notimplemented_obj);
            #else
            mp_raise_TypeError(MP_ERROR_TEXT("unsupported type for operator"));
            #endif
        default:
            return mp_const_none;
    }
}

mp_obj_t mpyf_returned(mpyf_return_t result) {
    intptr_t payload = MPYF_RETURN_PAYLOAD(result);
    if (MPYF_RETURN_KIND(result) == MPYF_RETURN_INT && MP_SMALL_INT_FITS(payload)) {
        return MP_OBJ_NEW_SMALL_INT(payload);
    }
    if (MPYF_RETURN_KIND(result) == MPYF_RETURN_NONE) {
        return mp_const_none;
    }
    return other_returned(result);
}

// The number of arguments is checked in place where it is right, and by MicroPython where it isn't, which then
// raises what its own functions raise.
static inline __attribute__((always_inline)) mp_obj_t call_fixed(mp_obj_t self_in, size_t n_args, size_t n_kw,
    const mp_obj_t *args, size_t wanted) {
    const mpyf_function_t *self = MP_OBJ_TO_PTR(self_in);
    if (n_args != wanted || n_kw != 0) {
        mp_arg_check_num(n_args, n_kw, wanted, wanted, false);
    }
    mpyf_return_t result = self->call(args);
    mpyf_in_sight(args);
    return mpyf_returned(result);
}

static mp_obj_t call_0(mp_obj_t self, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    return call_fixed(self, n_args, n_kw, args, 0);
}

static mp_obj_t call_1(mp_obj_t self, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    return call_fixed(self, n_args, n_kw, args, 1);
}

static mp_obj_t call_2(mp_obj_t self, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    return call_fixed(self, n_args, n_kw, args, 2);
}

static mp_obj_t call_3(mp_obj_t self, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    return call_fixed(self, n_args, n_kw, args, 3);
}

// Where a keyword belongs among the parameters, or how many there are where it belongs nowhere.
static size_t position_of(const mpyf_signature_t *signature, mp_obj_t name) {
    size_t i = signature->n_positional_only;
    while (i < signature->n_params && MP_OBJ_NEW_QSTR(signature->names[i]) != name) {
        i++;
    }
    return i;
}

// Sorts the arguments of a call to their parameters: first the named ones in their order, then the tuple and the
// dict of the rest. A parameter that got nothing is MP_OBJ_NULL, which Rust takes for its default.
static void bind(const mpyf_signature_t *signature, size_t n_args, size_t n_kw, const mp_obj_t *args,
    mp_obj_t *slots) {
    const size_t n_params = signature->n_params;
    const bool rest = signature->flags & MPYF_SIGNATURE_ARGS;
    const bool rest_kw = signature->flags & MPYF_SIGNATURE_KWARGS;
    const size_t n_given = MIN(n_args, signature->n_positional);
    if (n_given < n_args && !rest) {
        mp_raise_TypeError(MP_ERROR_TEXT("extra positional arguments given"));
    }
    for (size_t i = 0; i < n_params; i++) {
        slots[i] = i < n_given ? args[i] : MP_OBJ_NULL;
    }
    mp_obj_t *more = slots + n_params;
    if (rest) {
        *more++ = mp_obj_new_tuple(n_args - n_given, args + n_given);
    }
    if (rest_kw) {
        *more = mp_obj_new_dict(n_kw);
    }
    for (size_t i = 0; i < n_kw; i++) {
        mp_obj_t name = args[n_args + 2 * i];
        mp_obj_t value = args[n_args + 2 * i + 1];
        size_t position = position_of(signature, name);
        if (position == n_params && rest_kw) {
            mp_obj_dict_store(*more, name, value);
        } else if (position == n_params) {
            mp_raise_TypeError(MP_ERROR_TEXT("extra keyword arguments given"));
        } else if (slots[position] != MP_OBJ_NULL) {
            mp_raise_msg_varg(&mp_type_TypeError,
                MP_ERROR_TEXT("function got multiple values for argument '%q'"), MP_OBJ_QSTR_VALUE(name));
        } else {
            slots[position] = value;
        }
    }
    for (size_t i = 0; i < n_params; i++) {
        if (slots[i] == MP_OBJ_NULL && (signature->required & (1u << i))) {
            mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("'%q' argument required"), signature->names[i]);
        }
    }
}

static mp_obj_t call_any(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    const mpyf_function_t *self = MP_OBJ_TO_PTR(self_in);
    mp_obj_t slots[MPYF_MAX_PARAMS + 2];
    bind(self->signature, n_args, n_kw, args, slots);
    mpyf_return_t result = self->call(slots);
    mpyf_in_sight(slots);
    return mpyf_returned(result);
}

#define FUNCTION_TYPE(type_name, flags, call_function) \
    MP_DEFINE_CONST_OBJ_TYPE(type_name, MP_QSTR_function, MP_TYPE_FLAG_BINDS_SELF | (flags), call, call_function)

FUNCTION_TYPE(mpyf_type_function_0, MP_TYPE_FLAG_BUILTIN_FUN, call_0);
FUNCTION_TYPE(mpyf_type_function_1, MP_TYPE_FLAG_BUILTIN_FUN, call_1);
FUNCTION_TYPE(mpyf_type_function_2, MP_TYPE_FLAG_BUILTIN_FUN, call_2);
FUNCTION_TYPE(mpyf_type_function_3, MP_TYPE_FLAG_BUILTIN_FUN, call_3);
FUNCTION_TYPE(mpyf_type_function_any, MP_TYPE_FLAG_BUILTIN_FUN, call_any);

// Methods check their receiver themselves, so that `Base.method(derived)` works: MicroPython's check of built-in
// functions lets no derived class pass.
FUNCTION_TYPE(mpyf_type_method_1, 0, call_1);
FUNCTION_TYPE(mpyf_type_method_2, 0, call_2);
FUNCTION_TYPE(mpyf_type_method_3, 0, call_3);
FUNCTION_TYPE(mpyf_type_method_any, 0, call_any);
