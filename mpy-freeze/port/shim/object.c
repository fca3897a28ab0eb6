// Using objects from Rust: making them from values, their attributes and items.

#include <string.h>

#include "py/runtime.h"

#include "shim/internal.h"

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

mp_obj_t mpyf_from_value(const mpyf_value_t *value) {
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
    return mpyf_from_value(arg);
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
    mp_store_attr(mpyf_object(request->object), name, mpyf_from_value(request->values));
    return MP_OBJ_NULL;
}

uint32_t mpyf_set_attr(mpyf_handle_t object, const uint8_t *name, size_t name_len,
    const mpyf_value_t *value, mpyf_handle_t *out) {
    request_t request = { object, (const char *)name, name_len, value, 1 };
    return mpyf_protect(set_attr_body, &request, out);
}

static mp_obj_t attr_or_none_body(void *arg) {
    const request_t *request = arg;
    mp_obj_t found[2];
    // Only the AttributeError is caught.
    mp_load_method_protected(mpyf_object(request->object), request_name(request), found, false);
    if (found[0] == MP_OBJ_NULL || found[1] == MP_OBJ_NULL) {
        return found[0];
    }
    return mp_obj_new_bound_meth(found[0], found[1]);
}

uint32_t mpyf_attr_or_none(mpyf_handle_t object, const uint8_t *name, size_t name_len, mpyf_handle_t *out) {
    request_t request = { object, (const char *)name, name_len, NULL, 0 };
    return mpyf_protect(attr_or_none_body, &request, out);
}

static mp_obj_t del_attr_body(void *arg) {
    const request_t *request = arg;
    mp_store_attr(mpyf_object(request->object), request_name(request), MP_OBJ_NULL);
    return MP_OBJ_NULL;
}

uint32_t mpyf_del_attr(mpyf_handle_t object, const uint8_t *name, size_t name_len, mpyf_handle_t *out) {
    request_t request = { object, (const char *)name, name_len, NULL, 0 };
    return mpyf_protect(del_attr_body, &request, out);
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
    return mp_obj_subscr(item->object, mpyf_from_value(item->key), MP_OBJ_SENTINEL);
}

uint32_t mpyf_item(mpyf_handle_t object, const mpyf_value_t *key, mpyf_handle_t *out) {
    item_t item = { mpyf_object(object), key, NULL, 0 };
    return mpyf_protect(item_body, &item, out);
}

static mp_obj_t set_item_body(void *arg) {
    const item_t *item = arg;
    mp_obj_t key = mpyf_from_value(item->key);
    mp_obj_subscr(item->object, key, mpyf_from_value(item->value));
    return MP_OBJ_NULL;
}

uint32_t mpyf_set_item(mpyf_handle_t object, const mpyf_value_t *key, const mpyf_value_t *value,
    mpyf_handle_t *out) {
    item_t item = { mpyf_object(object), key, value, 0 };
    return mpyf_protect(set_item_body, &item, out);
}

static mp_obj_t del_item_body(void *arg) {
    const item_t *item = arg;
    mp_obj_subscr(item->object, mpyf_from_value(item->key), MP_OBJ_NULL);
    return MP_OBJ_NULL;
}

uint32_t mpyf_del_item(mpyf_handle_t object, const mpyf_value_t *key, mpyf_handle_t *out) {
    item_t item = { mpyf_object(object), key, NULL, 0 };
    return mpyf_protect(del_item_body, &item, out);
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
