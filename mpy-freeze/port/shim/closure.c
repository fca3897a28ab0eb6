// Rust closures as objects that Python calls. The closure's state lies in the object itself; when the object is
// collected, or at last when the VM stops, its finaliser has Rust drop the state.

#include "py/runtime.h"

#include "shim/internal.h"

typedef struct {
    mp_obj_base_t base;
    // NULL until the state has been written, and once it has been dropped.
    mpyf_closure_call_t call;
    mpyf_closure_drop_t drop;
    // How many calls are under way.
    uintptr_t running;
    uint8_t state[];
} closure_t;

extern const mp_obj_type_t mpyf_type_closure;

// Rust relies on the state's alignment: blocks begin at multiples of their size.
_Static_assert(offsetof(closure_t, state) == 4 * sizeof(void *), "the state is behind four words");
_Static_assert(MICROPY_BYTES_PER_GC_BLOCK % (4 * sizeof(void *)) == 0, "blocks are aligned to four words");

static mp_obj_t call_closure(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    closure_t *self = MP_OBJ_TO_PTR(self_in);
    mp_arg_check_num(n_args, n_kw, 0, MP_OBJ_FUN_ARGS_MAX, false);
    if (self->call == NULL) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the function has been dropped"));
    }
    // Rust always returns, so that the count is right again. It also keeps the object in sight of the collector.
    self->running++;
    mpyf_return_t result = self->call(self->state, args, n_args);
    mpyf_in_sight(args);
    self->running--;
    return mpyf_returned(result);
}

// Python can call this by hand, with any object and at any time.
static mp_obj_t drop_closure(mp_obj_t self_in) {
    if (!mp_obj_is_exact_type(self_in, &mpyf_type_closure)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("can't convert '%q' object to %q implicitly"),
            (qstr)mp_obj_get_type(self_in)->name, MP_QSTR_closure);
    }
    closure_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->running != 0) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the function is running"));
    }
    mpyf_closure_drop_t drop = self->drop;
    self->call = NULL;
    self->drop = NULL;
    if (drop != NULL) {
        drop(self->state);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(drop_closure_obj, drop_closure);

static const mp_rom_map_elem_t closure_locals[] = {
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&drop_closure_obj) },
};
static MP_DEFINE_CONST_DICT(closure_locals_dict, closure_locals);

MP_DEFINE_CONST_OBJ_TYPE(mpyf_type_closure, MP_QSTR_closure, MP_TYPE_FLAG_BINDS_SELF,
    call, call_closure,
    locals_dict, &closure_locals_dict
    );

typedef struct {
    size_t state_bytes;
    closure_t *closure;
} making_t;

static mp_obj_t closure_body(void *arg) {
    making_t *making = arg;
    #if MICROPY_ENABLE_FINALISER
    closure_t *closure = m_malloc_with_finaliser(sizeof(closure_t) + making->state_bytes);
    #else
    closure_t *closure = m_malloc(sizeof(closure_t) + making->state_bytes);
    #endif
    closure->call = NULL;
    closure->drop = NULL;
    closure->running = 0;
    closure->base.type = &mpyf_type_closure;
    making->closure = closure;
    return MP_OBJ_FROM_PTR(closure);
}

uint32_t mpyf_closure_new(size_t state_bytes, void **state, mpyf_handle_t *out) {
    making_t making = { state_bytes, NULL };
    uint32_t status = mpyf_protect(closure_body, &making, out);
    *state = status == MPYF_OK ? making.closure->state : NULL;
    return status;
}

void mpyf_closure_set(mpyf_handle_t handle, mpyf_closure_call_t call, mpyf_closure_drop_t drop) {
    closure_t *closure = MP_OBJ_TO_PTR(mpyf_object(handle));
    closure->call = call;
    closure->drop = drop;
}

static mp_obj_t count_body(void *arg) {
    const size_t *counts = arg;
    mp_arg_check_num(counts[0], 0, counts[1], counts[1], false);
    return MP_OBJ_NULL;
}

uint32_t mpyf_check_count(size_t n_args, size_t wanted, mpyf_handle_t *out) {
    size_t counts[] = { n_args, wanted };
    return mpyf_protect(count_body, counts, out);
}
