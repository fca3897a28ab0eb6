// What bindgen reads: the layouts that frozen objects have, and the configuration as numbers, so that
// Rust can check at compile time that it emits what this MicroPython reads.
#pragma once

#include "py/mpconfig.h"

#include "py/bc.h"
#include "py/emitglue.h"
#include "py/frozenmod.h"
#include "py/obj.h"
#if MICROPY_EMIT_MACHINE_CODE
// The functions that native code calls.
#include "py/nativeglue.h"
#endif
#include "py/objint.h"
#include "py/objstr.h"
#include "py/objtuple.h"
#include "py/objtype.h"
#include "py/objmodule.h"
#include "py/persistentcode.h"
#include "py/qstr.h"
#include "py/smallint.h"

extern const qstr_pool_t mp_qstr_const_pool_static;
extern const qstr_pool_t mp_qstr_const_pool;
extern const qstr_pool_t mp_qstr_frozen_const_pool;

// MicroPython keeps these two to itself; a frozen constant has their layout.
#if MICROPY_PY_BUILTINS_FLOAT
typedef struct _mp_obj_float_t {
    mp_obj_base_t base;
    mp_float_t value;
} mp_obj_float_t;
#endif

#if MICROPY_PY_BUILTINS_COMPLEX
typedef struct _mp_obj_complex_t {
    mp_obj_base_t base;
    mp_float_t real;
    mp_float_t imag;
} mp_obj_complex_t;
#endif

// Only an mpz has a digit size.
#if MICROPY_LONGINT_IMPL == MICROPY_LONGINT_IMPL_MPZ
#define MPYF_MPZ_DIG_SIZE MPZ_DIG_SIZE
#else
#define MPYF_MPZ_DIG_SIZE 0
#endif

// In an #if a macro that an older release doesn't define counts as 0; in C it would be an unknown name.
#if MICROPY_EMIT_MACHINE_CODE
#define MPYF_EMIT_MACHINE_CODE 1
#else
#define MPYF_EMIT_MACHINE_CODE 0
#endif
#if MICROPY_EMIT_INLINE_ASM
#define MPYF_EMIT_INLINE_ASM 1
#else
#define MPYF_EMIT_INLINE_ASM 0
#endif
#if MICROPY_PY_MACHINE_TIMER
#define MPYF_MACHINE_TIMER 1
#else
#define MPYF_MACHINE_TIMER 0
#endif

enum {
    mpyf_cfg_obj_repr = MICROPY_OBJ_REPR,
    mpyf_cfg_immediate_objs = MICROPY_OBJ_IMMEDIATE_OBJS,
    mpyf_cfg_small_int_bits = MP_SMALL_INT_BITS,
    mpyf_cfg_longint_impl = MICROPY_LONGINT_IMPL,
    mpyf_cfg_mpz_dig_size = MPYF_MPZ_DIG_SIZE,
    mpyf_cfg_float = MICROPY_FLOAT_IMPL,
    mpyf_cfg_complex = MICROPY_PY_BUILTINS_COMPLEX,
    mpyf_cfg_qstr_bytes_in_hash = MICROPY_QSTR_BYTES_IN_HASH,
    mpyf_cfg_qstr_bytes_in_len = MICROPY_QSTR_BYTES_IN_LEN,
    mpyf_cfg_persistent_code_save = MICROPY_PERSISTENT_CODE_SAVE,
    mpyf_cfg_settrace = MICROPY_PY_SYS_SETTRACE,
    mpyf_cfg_frozen_str = MICROPY_MODULE_FROZEN_STR,
    mpyf_cfg_finaliser = MICROPY_ENABLE_FINALISER,
    mpyf_cfg_vfs_fat = MICROPY_VFS_FAT,
    mpyf_cfg_vfs_lfs1 = MICROPY_VFS_LFS1,
    mpyf_cfg_vfs_lfs2 = MICROPY_VFS_LFS2,
    mpyf_cfg_machine_softspi = MICROPY_PY_MACHINE_SOFTSPI,
    mpyf_cfg_machine_timer = MPYF_MACHINE_TIMER,
    mpyf_cfg_mbedtls = MICROPY_SSL_MBEDTLS,
    mpyf_cfg_ssl = MICROPY_PY_SSL,
    mpyf_cfg_emit_machine_code = MPYF_EMIT_MACHINE_CODE,
    mpyf_cfg_emit_inline_asm = MPYF_EMIT_INLINE_ASM,
    mpyf_cfg_mpy_version = MPY_VERSION,
    mpyf_cfg_mpy_sub_version = MPY_SUB_VERSION,
    mpyf_cfg_word_bytes = MP_BYTES_PER_OBJ_WORD,
    mpyf_cfg_version_major = MICROPY_VERSION_MAJOR,
    mpyf_cfg_version_minor = MICROPY_VERSION_MINOR,
    mpyf_cfg_version_micro = MICROPY_VERSION_MICRO,
};
