// Using objects from Rust: making them from values, their attributes, calls and items.

#include <string.h>

#include "py/runtime.h"

#include "mpyf_internal.h"

static mp_obj_t new_float(uint64_t bits) {
    #if MICROPY_PY_BUILTINS_FLOAT
    double value;
    memcpy(&value, &bits, sizeof(value));
    return mp_obj_new_float((mp_float_t)value);
    #else
    (void)bits;
    mp_raise_TypeError(MP_ERROR_TEXT("no floats in this firmware"));
    #endif
}

// MicroPython's own conversions of 64 bits take memory whatever the number is.
static mp_obj_t new_int(int64_t value) {
    mp_int_t word = (mp_int_t)value;
    return word == value ? mp_obj_new_int(word) : mp_obj_new_int_from_ll(value);
}

static mp_obj_t new_uint(uint64_t value) {
    return value <= INTPTR_MAX ? mp_obj_new_int((mp_int_t)value) : mp_obj_new_int_from_ull(value);
}

static mp_obj_t from_value(const mpyf_value_t *value) {
    switch (value->kind) {
        case MPYF_VALUE_BOOL:
            return mp_obj_new_bool(value->bits != 0);
        case MPYF_VALUE_INT:
            return new_int((int64_t)value->bits);
        case MPYF_VALUE_UINT:
            return new_uint(value->bits);
        case MPYF_VALUE_FLOAT:
            return new_float(value->bits);
        case MPYF_VALUE_STR:
            return mp_obj_new_str((const char *)value->data, value->len);
        case MPYF_VALUE_BYTES:
            return mp_obj_new_bytes(value->data, value->len);
        case MPYF_VALUE_OBJECT:
            return mpyf_object(value->object);
        default:
            return mp_const_none;
    }
}

static mp_obj_t new_body(void *arg) {
    return from_value(arg);
}

uint32_t mpyf_new(const mpyf_value_t *value, mpyf_handle_t *out) {
    return mpyf_protect(new_body, (void *)value, out);
}

// An object and what to do with one of its names.
typedef struct {
    mpyf_handle_t object;
    const char *name;
    size_t name_len;
    const mpyf_value_t *values;
    size_t n_values;
} request_t;

#define FEW_ARGS (8)

static qstr request_name(const request_t *request) {
    return qstr_from_strn(request->name, request->name_len);
}

static mp_obj_t attr_body(void *arg) {
    const request_t *request = arg;
    qstr name = request_name(request);
    return mp_load_attr(mpyf_object(request->object), name);
}

uint32_t mpyf_attr(mpyf_handle_t object, const uint8_t *name, size_t name_len, mpyf_handle_t *out) {
    request_t request = { object, (const char *)name, name_len, NULL, 0 };
    return mpyf_protect(attr_body, &request, out);
}

static mp_obj_t set_attr_body(void *arg) {
    const request_t *request = arg;
    qstr name = request_name(request);
    mp_store_attr(mpyf_object(request->object), name, from_value(request->values));
    return MP_OBJ_NULL;
}

uint32_t mpyf_set_attr(mpyf_handle_t object, const uint8_t *name, size_t name_len,
    const mpyf_value_t *value, mpyf_handle_t *out) {
    request_t request = { object, (const char *)name, name_len, value, 1 };
    return mpyf_protect(set_attr_body, &request, out);
}

static mp_obj_t call_body(void *arg) {
    const request_t *request = arg;
    // The arguments lie where the garbage collector finds them while others are made: on the stack, and
    // where they are many, in the heap. The two places in front are a method's function and its self.
    mp_obj_t few[2 + FEW_ARGS];
    mp_obj_t *args = few;
    // The collector knows the block by its beginning only, which the compiler may otherwise give up for a
    // pointer to the arguments inside.
    mp_obj_t *volatile block = few;
    if (request->n_values > FEW_ARGS) {
        block = args = m_new(mp_obj_t, request->n_values + 2);
    }
    (void)block;
    for (size_t i = 0; i < request->n_values; i++) {
        args[i + 2] = from_value(&request->values[i]);
    }
    if (request->name == NULL) {
        return mp_call_function_n_kw(mpyf_object(request->object), request->n_values, 0, args + 2);
    }
    mp_load_method(mpyf_object(request->object), request_name(request), args);
    return mp_call_method_n_kw(request->n_values, 0, args);
}

uint32_t mpyf_call(mpyf_handle_t callee, const mpyf_value_t *args, size_t n_args, mpyf_handle_t *out) {
    request_t request = { callee, NULL, 0, args, n_args };
    return mpyf_protect(call_body, &request, out);
}

uint32_t mpyf_call_method(mpyf_handle_t object, const uint8_t *name, size_t name_len,
    const mpyf_value_t *args, size_t n_args, mpyf_handle_t *out) {
    request_t request = { object, (const char *)name, name_len, args, n_args };
    return mpyf_protect(call_body, &request, out);
}

// A container and what to do with one of its items.
typedef struct {
    mp_obj_t object;
    const mpyf_value_t *key;
    const mpyf_value_t *value;
    size_t len;
} item_t;

static mp_obj_t item_body(void *arg) {
    const item_t *item = arg;
    return mp_obj_subscr(item->object, from_value(item->key), MP_OBJ_SENTINEL);
}

uint32_t mpyf_item(mpyf_handle_t object, const mpyf_value_t *key, mpyf_handle_t *out) {
    item_t item = { mpyf_object(object), key, NULL, 0 };
    return mpyf_protect(item_body, &item, out);
}

static mp_obj_t set_item_body(void *arg) {
    const item_t *item = arg;
    mp_obj_t key = from_value(item->key);
    mp_obj_subscr(item->object, key, from_value(item->value));
    return MP_OBJ_NULL;
}

uint32_t mpyf_set_item(mpyf_handle_t object, const mpyf_value_t *key, const mpyf_value_t *value,
    mpyf_handle_t *out) {
    item_t item = { mpyf_object(object), key, value, 0 };
    return mpyf_protect(set_item_body, &item, out);
}

static mp_obj_t len_body(void *arg) {
    item_t *item = arg;
    item->len = (size_t)mp_obj_get_int(mp_obj_len(item->object));
    return MP_OBJ_NULL;
}

uint32_t mpyf_len(mpyf_handle_t object, size_t *len, mpyf_handle_t *out) {
    item_t item = { mpyf_object(object), NULL, NULL, 0 };
    uint32_t status = mpyf_protect(len_body, &item, out);
    *len = status == MPYF_OK ? item.len : 0;
    return status;
}

static mp_obj_t iter_body(void *arg) {
    const item_t *item = arg;
    return mp_getiter(item->object, NULL);
}

uint32_t mpyf_iter(mpyf_handle_t object, mpyf_handle_t *out) {
    item_t item = { mpyf_object(object), NULL, NULL, 0 };
    return mpyf_protect(iter_body, &item, out);
}

static mp_obj_t next_body(void *arg) {
    const item_t *item = arg;
    mp_obj_t next = mp_iternext(item->object);
    return next == MP_OBJ_STOP_ITERATION ? MP_OBJ_NULL : next;
}

uint32_t mpyf_next(mpyf_handle_t iterator, mpyf_handle_t *out) {
    item_t item = { mpyf_object(iterator), NULL, NULL, 0 };
    return mpyf_protect(next_body, &item, out);
}

typedef struct {
    const mpyf_value_t *items;
    size_t n_items;
} items_t;

static mp_obj_t tuple_body(void *arg) {
    const items_t *items = arg;
    // The tuple exists before its items, so that the collector finds each of them in it.
    mp_obj_tuple_t *tuple = MP_OBJ_TO_PTR(mp_obj_new_tuple(items->n_items, NULL));
    for (size_t i = 0; i < items->n_items; i++) {
        tuple->items[i] = from_value(&items->items[i]);
    }
    return MP_OBJ_FROM_PTR(tuple);
}

uint32_t mpyf_tuple(const mpyf_value_t *values, size_t n_values, mpyf_handle_t *out) {
    items_t items = { values, n_values };
    return mpyf_protect(tuple_body, &items, out);
}
