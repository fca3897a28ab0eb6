// What the shim's own files share.
#pragma once

#include "py/obj.h"

#include "mpyf.h"

// Work that may raise. It returns the object that the caller gets a handle for, or MP_OBJ_NULL.
typedef mp_obj_t (*mpyf_body_t)(void *arg);

// Does the work and catches what it raises: no jump leaves this function.
uint32_t mpyf_protect(mpyf_body_t body, void *arg, mpyf_handle_t *out);

// The table of handles. `keep` raises MemoryError where it can't grow; `keep_exception` never
// raises, and `exception` comes out as a MemoryError where there is no room left for it.
void mpyf_handles_init(void);
mp_obj_t mpyf_object(mpyf_handle_t handle);
mpyf_handle_t mpyf_keep(mp_obj_t object);
mpyf_handle_t mpyf_keep_exception(mp_obj_t exception);

// The object of a handle, which is released.
mp_obj_t mpyf_take(mpyf_handle_t handle);

// What a Rust function has returned, or raises it.
mp_obj_t mpyf_returned(mpyf_return_t result);

// The object in a place: an index into the arguments of a function, or into the table of handles.
static inline __attribute__((always_inline)) mp_obj_t mpyf_in_place(const void *args, size_t index) {
    return args == NULL ? mpyf_object(index) : ((const mp_obj_t *)args)[index];
}

// Tells interrupt handlers that there is a VM, and that there is none any more.
void mpyf_events_start(void);
void mpyf_events_stop(void);

// Whether a KeyboardInterrupt has been asked for since the last time.
bool mpyf_take_interrupt(void);

// Begins to count steps.
void mpyf_steps_start(void);

// Sees to events, and raises what is pending.
void mpyf_handle_pending(void);

// Drops what the hardware layer has buffered for an earlier VM.
void mpyf_hal_init(void);
