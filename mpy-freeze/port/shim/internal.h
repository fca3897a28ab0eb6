// What the shim's own files share; no other room includes it. The shim is what Rust calls, as mpyf.h declares it for
// everybody, and its symbols begin with `mpyf_`. It uses the guards and the board, and neither of them uses the shim's
// functions but those of mpyf.h and of mpconfigport.h.
#pragma once

#include "py/mpstate.h"
#include "py/obj.h"

#include "shim/mpyf.h"

// Work that may raise. It returns the object that the caller gets a handle for, or MP_OBJ_NULL.
typedef mp_obj_t (*mpyf_body_t)(void *arg);

// Does the work and catches what it raises: no jump leaves this function.
uint32_t mpyf_protect(mpyf_body_t body, void *arg, mpyf_handle_t *out);

// The table of handles. `keep` raises MemoryError where it can't grow; `keep_exception` never
// raises, and `exception` comes out as a MemoryError where there is no room left for it.
void mpyf_handles_init(void);
mpyf_handle_t mpyf_keep(mp_obj_t object);
mpyf_handle_t mpyf_keep_exception(mp_obj_t exception);

// The object of a handle.
static inline __attribute__((always_inline)) mp_obj_t mpyf_object(mpyf_handle_t handle) {
    return MP_STATE_VM(mpyf_slots)[handle];
}

// The object of a handle, which is released.
mp_obj_t mpyf_take(mpyf_handle_t handle);

// The object that a Rust value becomes. It raises MemoryError, or what the value's kind says.
mp_obj_t mpyf_from_value(const mpyf_value_t *value);

// The object that a Rust function has returned; raises the exception if it has left one.
mp_obj_t mpyf_returned(mpyf_return_t result);

// Keeps the arguments of a call in sight of the collector until here. `map` has them in a block of the heap and forgets
// the block as it calls. Rust may have no need of the arguments any more, but still of what lies in them.
static inline __attribute__((always_inline)) void mpyf_in_sight(const mp_obj_t *args) {
    __asm__ volatile ("" : : "r" (args));
}

// The object in a place: an index into the arguments of a function, or into the table of handles.
static inline __attribute__((always_inline)) mp_obj_t mpyf_in_place(const void *args, size_t index) {
    return args == NULL ? mpyf_object(index) : ((const mp_obj_t *)args)[index];
}

// The slots of every class written in Rust.
mp_obj_t mpyf_class_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
void mpyf_class_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind);
mp_obj_t mpyf_class_call(mp_obj_t self, size_t n_args, size_t n_kw, const mp_obj_t *args);
mp_obj_t mpyf_class_unary_op(mp_unary_op_t op, mp_obj_t self);
mp_obj_t mpyf_class_binary_op(mp_binary_op_t op, mp_obj_t self, mp_obj_t other);
mp_obj_t mpyf_class_subscr(mp_obj_t self, mp_obj_t index, mp_obj_t value);
mp_obj_t mpyf_class_iter(mp_obj_t self, mp_obj_iter_buf_t *buffer);
mp_obj_t mpyf_class_next(mp_obj_t self);
void mpyf_class_attr(mp_obj_t self, qstr name, mp_obj_t *dest);

// What runtime.c has under the name of `mp_store_attr`, which is the shim's.
void mpyf_c_store_attr(mp_obj_t self, qstr name, mp_obj_t value);

// Tells interrupt handlers that there is a VM, and that there is none any more.
void mpyf_events_start(void);
void mpyf_events_stop(void);

// Whether a KeyboardInterrupt has been asked for since the last time.
bool mpyf_take_interrupt(void);

// Begins to count steps.
void mpyf_steps_start(void);
