// Making objects from Rust: containers, and texts that come in pieces. And the items of tuples and lists.

#include "py/objtuple.h"
#include "py/runtime.h"

#include "shim/internal.h"

// A container exists before its items, so that the collector finds each of them in it. Nobody else has it yet.
typedef struct {
    const mpyf_value_t *values;
    const mpyf_return_t *returned;
    size_t n_items;
    // How many of the items have been taken over, the one that raised included.
    size_t taken;
} items_t;

static void fill(items_t *items, mp_obj_t *places) {
    while (items->taken < items->n_items) {
        size_t i = items->taken++;
        places[i] = items->values != NULL
            ? mpyf_from_value(&items->values[i]) : mpyf_returned(items->returned[i]);
    }
}

static mp_obj_t tuple_body(void *arg) {
    items_t *items = arg;
    // The collector knows the tuple by its beginning only, which the compiler could otherwise give up meanwhile for a
    // pointer to the items inside.
    mp_obj_tuple_t *volatile tuple = MP_OBJ_TO_PTR(mp_obj_new_tuple(items->n_items, NULL));
    fill(items, tuple->items);
    return MP_OBJ_FROM_PTR(tuple);
}

static mp_obj_t list_body(void *arg) {
    items_t *items = arg;
    mp_obj_t list = mp_obj_new_list(items->n_items, NULL);
    size_t len;
    mp_obj_t *places;
    mp_obj_list_get(list, &len, &places);
    fill(items, places);
    return list;
}

uint32_t mpyf_tuple(const mpyf_value_t *values, size_t n_values, mpyf_handle_t *out) {
    items_t items = { values, NULL, values == NULL ? 0 : n_values, 0 };
    return mpyf_protect(tuple_body, &items, out);
}

uint32_t mpyf_list(const mpyf_value_t *values, size_t n_values, mpyf_handle_t *out) {
    items_t items = { values, NULL, values == NULL ? 0 : n_values, 0 };
    return mpyf_protect(list_body, &items, out);
}

static mp_obj_t dict_body(void *arg) {
    (void)arg;
    return mp_obj_new_dict(0);
}

uint32_t mpyf_dict(mpyf_handle_t *out) {
    return mpyf_protect(dict_body, NULL, out);
}

static mp_obj_t main_body(void *arg) {
    (void)arg;
    return MP_OBJ_FROM_PTR(&MP_STATE_VM(dict_main));
}

uint32_t mpyf_main(mpyf_handle_t *out) {
    return mpyf_protect(main_body, NULL, out);
}

// The handles of items that weren't reached are released here.
static uint32_t returned(mpyf_body_t body, const mpyf_return_t *results, size_t n_items, mpyf_handle_t *out) {
    items_t items = { NULL, results, n_items, 0 };
    uint32_t status = mpyf_protect(body, &items, out);
    for (size_t i = items.taken; i < n_items; i++) {
        uint32_t kind = MPYF_RETURN_KIND(results[i]);
        if (kind == MPYF_RETURN_OBJECT || kind == MPYF_RETURN_RAISED) {
            mpyf_release(MPYF_RETURN_PAYLOAD(results[i]));
        }
    }
    return status;
}

uint32_t mpyf_tuple_returned(const mpyf_return_t *results, size_t n_items, mpyf_handle_t *out) {
    return returned(tuple_body, results, n_items, out);
}

uint32_t mpyf_list_returned(const mpyf_return_t *results, size_t n_items, mpyf_handle_t *out) {
    return returned(list_body, results, n_items, out);
}

// A sequence, how many items it must have, and which is wanted.
typedef struct {
    mp_obj_t object;
    size_t n_items;
    size_t item;
    mp_obj_t *items;
} sequence_t;

static void check_len(const sequence_t *sequence, size_t len) {
    if (len != sequence->n_items) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("requested length %d but object has length %d"),
            (int)sequence->n_items, (int)len);
    }
}

// Whether an object has a tuple's layout, as a named tuple does too. MicroPython knows them by how they are iterated
// over; older releases keep their name for it to themselves.
static bool is_tuple(mp_obj_t object) {
    const mp_obj_type_t *type = mp_obj_get_type(object);
    return MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, iter) == mp_obj_tuple_getiter;
}

static mp_obj_t tuple_items_body(void *arg) {
    sequence_t *sequence = arg;
    // A list could lose its items while Rust looks at them; a tuple keeps them for as long as it lives itself.
    if (!is_tuple(sequence->object)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("can't convert '%q' object to %q implicitly"),
            (qstr)mp_obj_get_type(sequence->object)->name, MP_QSTR_tuple);
    }
    size_t len;
    mp_obj_tuple_get(sequence->object, &len, &sequence->items);
    check_len(sequence, len);
    return MP_OBJ_NULL;
}

uint32_t mpyf_tuple_items(const void *args, size_t index, size_t n_items, const void **items, mpyf_handle_t *out) {
    sequence_t sequence = { mpyf_in_place(args, index), n_items, 0, NULL };
    uint32_t status = mpyf_protect(tuple_items_body, &sequence, out);
    *items = status == MPYF_OK ? sequence.items : NULL;
    return status;
}

static mp_obj_t sequence_item_body(void *arg) {
    const sequence_t *sequence = arg;
    size_t len;
    mp_obj_t *items;
    mp_obj_get_array(sequence->object, &len, &items);
    check_len(sequence, len);
    return items[sequence->item];
}

uint32_t mpyf_sequence_item(const void *args, size_t index, size_t n_items, size_t item, mpyf_handle_t *out) {
    sequence_t sequence = { mpyf_in_place(args, index), n_items, item, NULL };
    return mpyf_protect(sequence_item_body, &sequence, out);
}

// The object that a growing text lies in. It is reached by its handle only, and by the collector, which finds the
// characters through it.
typedef struct {
    mp_obj_base_t base;
    vstr_t text;
} text_t;

// A piece for a text, or none.
typedef struct {
    text_t *text;
    const char *piece;
    size_t len;
} piece_t;

static mp_obj_t text_new_body(void *arg) {
    (void)arg;
    text_t *text = m_new_obj(text_t);
    // Its type is that of an object without any properties.
    text->base.type = &mp_type_object;
    vstr_init(&text->text, 16);
    return MP_OBJ_FROM_PTR(text);
}

uint32_t mpyf_text_new(mpyf_handle_t *out) {
    return mpyf_protect(text_new_body, NULL, out);
}

static mp_obj_t text_add_body(void *arg) {
    const piece_t *piece = arg;
    vstr_add_strn(&piece->text->text, piece->piece, piece->len);
    return MP_OBJ_NULL;
}

// A piece may come from the middle of an object's printing. It runs no Python: it allocates at most, as printing
// itself does.
uint32_t mpyf_text_add(mpyf_handle_t text, const uint8_t *data, size_t len, mpyf_handle_t *out) {
    piece_t piece = { MP_OBJ_TO_PTR(mpyf_object(text)), (const char *)data, len };
    uint32_t outside = mpyf_outside;
    mpyf_outside = 0;
    uint32_t status = mpyf_protect(text_add_body, &piece, out);
    mpyf_outside = outside;
    return status;
}

static mp_obj_t text_finish_body(void *arg) {
    const piece_t *piece = arg;
    return mp_obj_new_str_from_vstr(&piece->text->text);
}

uint32_t mpyf_text_finish(mpyf_handle_t text, mpyf_handle_t *out) {
    piece_t piece = { MP_OBJ_TO_PTR(mpyf_object(text)), NULL, 0 };
    return mpyf_protect(text_finish_body, &piece, out);
}
