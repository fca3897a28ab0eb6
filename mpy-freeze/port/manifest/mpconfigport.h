// The configuration of the VM that runs manifests on the host: all of the language, none of the machine.
#pragma once

#include <alloca.h>
#include <stdint.h>

typedef intptr_t mp_int_t;
typedef uintptr_t mp_uint_t;
typedef long mp_off_t;

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

// A manifest is source text, and an error in it has to name its line.
#define MICROPY_ENABLE_COMPILER (1)
#define MICROPY_ENABLE_SOURCE_LINE (1)
#define MICROPY_ERROR_REPORTING (MICROPY_ERROR_REPORTING_DETAILED)
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ)
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_DOUBLE)

// A manifest's own path is a name as well, and paths are longer than 255 bytes.
#define MICROPY_QSTR_BYTES_IN_LEN (2)

// The heap is one array of fixed size, and recursion ends in an exception.
#define MICROPY_ENABLE_GC (1)
#define MICROPY_STACK_CHECK (1)
#if !(defined(__x86_64__) || defined(__i386__) || defined(__thumb2__) || defined(__thumb__) || defined(__arm__))
#define MICROPY_GCREGS_SETJMP (1)
#endif

// Nothing that reaches outside: no files, no streams, no modules from anywhere, no machine code, no bytecode
// that the compiler in here didn't write.
#define MICROPY_ENABLE_EXTERNAL_IMPORT (0)
#define MICROPY_PERSISTENT_CODE_LOAD (0)
#define MICROPY_MODULE_FROZEN_MPY (0)
#define MICROPY_MODULE_FROZEN_STR (0)
#define MICROPY_VFS (0)
#define MICROPY_READER_VFS (0)
#define MICROPY_PY_IO (0)
#define MICROPY_PY_SYS (0)
#define MICROPY_PY_SYS_MODULES (0)
#define MICROPY_PY_SYS_PATH (0)
#define MICROPY_PY_SYS_ARGV (0)
#define MICROPY_PY_SYS_PATH_ARGV_DEFAULTS (0)
#define MICROPY_PY_SYS_PS1_PS2 (0)
#define MICROPY_PY_SYS_STDFILES (0)
#define MICROPY_PY_SYS_STDIO_BUFFER (0)
#define MICROPY_PY_BUILTINS_EXECFILE (0)
#define MICROPY_PY_BUILTINS_HELP (0)
#define MICROPY_PY_BUILTINS_INPUT (0)
#define MICROPY_PY_GC (0)
#define MICROPY_PY_MICROPYTHON (0)
#define MICROPY_PY_THREAD (0)
#define MICROPY_PY_ERRNO (0)
#define MICROPY_PY_UCTYPES (0)
#define MICROPY_ENABLE_SCHEDULER (0)
#define MICROPY_KBD_EXCEPTION (0)
#define MICROPY_HELPER_REPL (0)
#define MICROPY_WARNINGS (0)
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF (0)

#define MICROPY_ALLOC_PATH_MAX (512)
#define MICROPY_USE_INTERNAL_ERRNO (1)
#define MICROPY_USE_INTERNAL_PRINTF (0)
#define MP_SSIZE_MAX INTPTR_MAX

// Standard output carries the conversation with the build; what a manifest prints goes nowhere.
#define MP_PLAT_PRINT_STRN(str, len) ((void)(str), (void)(len))

#define MP_STATE_PORT MP_STATE_VM
