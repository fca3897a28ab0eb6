// The tables of a firmware without `freeze!`. They are alone in their object file, so that
// the linker takes it out of the archive only where no other object has defined them.

#include "py/emitglue.h"
#include "py/obj.h"
#include "py/qstr.h"

// The search in a sorted pool expects at least one entry.
#define NAME "<no frozen modules>"

#if MICROPY_QSTR_BYTES_IN_HASH
static const qstr_hash_t hashes[] = { 0 };
#endif
static const qstr_len_t lengths[] = { sizeof(NAME) - 1 };

extern const qstr_pool_t mp_qstr_const_pool;
extern const qstr_pool_t mp_qstr_frozen_const_pool;
extern const char mp_frozen_names[];
extern const uint32_t mp_frozen_str_sizes[];
extern const char mp_frozen_str_content[];
extern const mp_frozen_module_t *const mp_frozen_mpy_content[];

const qstr_pool_t mp_qstr_frozen_const_pool = {
    .prev = &mp_qstr_const_pool,
    .total_prev_len = MP_QSTRnumber_of,
    .is_sorted = true,
    // No more than the length, or MicroPython takes the rest for room to add to. The next pool has at
    // least twice as many.
    .alloc = 1,
    .len = 1,
    #if MICROPY_QSTR_BYTES_IN_HASH
    .hashes = (qstr_hash_t *)hashes,
    #endif
    .lengths = (qstr_len_t *)lengths,
    .qstrs = { NAME },
};

extern const mp_map_t mpyf_rust_modules;
const mp_map_t mpyf_rust_modules = { .all_keys_are_qstrs = 1, .is_fixed = 1, .is_ordered = 1 };

const char mp_frozen_names[] = "";
const uint32_t mp_frozen_str_sizes[] = { 0 };
const char mp_frozen_str_content[] = "";
const mp_frozen_module_t *const mp_frozen_mpy_content[] = { NULL };
