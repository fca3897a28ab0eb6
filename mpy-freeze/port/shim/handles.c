// The table of handles: every object that Rust holds, in an array that the garbage collector scans.

#include "py/gc.h"
#include "py/runtime.h"

#include "shim/internal.h"

// Slot zero is the end of the chain of free slots. The MemoryError in slot one is allocated at the
// start and stays, so that running out of memory can be reported when nothing can be allocated.
#define END_OF_CHAIN (0)
#define MEMORY_ERROR (1)
#define FIRST_FREE (2)
#define INITIAL_SLOTS (8)
#define SMALLEST_GROWTH (4)

// A free slot holds the index of the next free one as a small int, which is no pointer to follow.
MP_REGISTER_ROOT_POINTER(mp_obj_t * mpyf_slots);

// One variable, so that code needs one address for all of it.
static struct {
    uint32_t slot_count;
    uint32_t free_count;
    uint32_t first_free;
} table;

static void chain_free_slots(mp_obj_t *slots, uint32_t from, uint32_t to) {
    for (uint32_t slot = from; slot < to; slot++) {
        slots[slot] = MP_OBJ_NEW_SMALL_INT(slot + 1 < to ? slot + 1 : table.first_free);
    }
    table.first_free = from;
    table.free_count += to - from;
}

void mpyf_handles_init(void) {
    table.slot_count = 0;
    table.free_count = 0;
    table.first_free = END_OF_CHAIN;
    mp_obj_t *slots = m_new(mp_obj_t, INITIAL_SLOTS);
    MP_STATE_VM(mpyf_slots) = slots;
    slots[END_OF_CHAIN] = MP_OBJ_NEW_SMALL_INT(END_OF_CHAIN);
    slots[MEMORY_ERROR] = MP_OBJ_NEW_SMALL_INT(END_OF_CHAIN);
    chain_free_slots(slots, FIRST_FREE, INITIAL_SLOTS);
    table.slot_count = INITIAL_SLOTS;
    // Without memory this comes out as the one exception that the VM shares between all shortages.
    // An object of its own is wanted, so the smallest object is allocated in a way that raises.
    mp_obj_exception_t *error = m_new_obj(mp_obj_exception_t);
    error->base.type = &mp_type_MemoryError;
    error->args = (mp_obj_tuple_t *)&mp_const_empty_tuple_obj;
    slots[MEMORY_ERROR] = MP_OBJ_FROM_PTR(error);
}

// Makes the table larger, and says whether it could.
static bool grow(void) {
    const uint32_t old_count = table.slot_count;
    uint32_t new_count = old_count * 2;
    mp_obj_t *slots = m_new_maybe(mp_obj_t, new_count);
    if (slots == NULL) {
        new_count = old_count + SMALLEST_GROWTH;
        slots = m_new_maybe(mp_obj_t, new_count);
    }
    if (slots == NULL) {
        return false;
    }
    // The allocation may have collected garbage, a finaliser may have run, and what it called may
    // have taken or released handles: the table is read only from here on.
    if (table.slot_count != old_count) {
        m_del(mp_obj_t, slots, new_count);
        return true;
    }
    mp_obj_t *old = MP_STATE_VM(mpyf_slots);
    for (uint32_t slot = 0; slot < old_count; slot++) {
        slots[slot] = old[slot];
    }
    chain_free_slots(slots, old_count, new_count);
    table.slot_count = new_count;
    MP_STATE_VM(mpyf_slots) = slots;
    m_del(mp_obj_t, old, old_count);
    return true;
}

static inline __attribute__((always_inline)) mpyf_handle_t take(mp_obj_t object) {
    mp_obj_t *slots = MP_STATE_VM(mpyf_slots);
    mpyf_handle_t handle = table.first_free;
    table.first_free = MP_OBJ_SMALL_INT_VALUE(slots[handle]);
    table.free_count--;
    slots[handle] = object;
    return handle;
}

mpyf_handle_t mpyf_keep(mp_obj_t object) {
    // The last free slot is left for an exception.
    if (table.free_count < 2) {
        if (!grow()) {
            mp_raise_type(&mp_type_MemoryError);
        }
    }
    return take(object);
}

mpyf_handle_t mpyf_keep_exception(mp_obj_t exception) {
    if (table.free_count == 0) {
        if (!grow()) {
            return MEMORY_ERROR;
        }
    }
    return take(exception);
}

void mpyf_release(mpyf_handle_t handle) {
    if (handle < FIRST_FREE) {
        return;
    }
    MP_STATE_VM(mpyf_slots)[handle] = MP_OBJ_NEW_SMALL_INT(table.first_free);
    table.first_free = handle;
    table.free_count++;
}

mp_obj_t mpyf_take(mpyf_handle_t handle) {
    mp_obj_t object = mpyf_object(handle);
    mpyf_release(handle);
    return object;
}
