// The configuration of the mpy-freeze port: what the builder decided, then what freezing and the
// Rust runtime need, then defaults for whatever the builder left open.
#pragma once

#include "mpy_freeze_config.h"

#include <stddef.h>
#include <stdint.h>

// The types that MicroPython asks its port for.
typedef intptr_t mp_int_t;
typedef uintptr_t mp_uint_t;
typedef long mp_off_t;

// Whether an operating system's C library is below. On bare metal the port brings its own headers,
// and MicroPython's string, printf and math sources are compiled with it.
#ifndef MPYF_HOSTED
#if defined(__linux__) || defined(__APPLE__) || defined(_WIN32) || defined(__unix__)
#define MPYF_HOSTED (1)
#else
#define MPYF_HOSTED (0)
#endif
#endif

#if defined(_WIN32)
#include <malloc.h>
#else
#include <alloca.h>
#endif

// ---------------------------------------------------------------------------------------------
// What freezing and the Rust runtime need, whatever the builder says.

// Frozen modules: bytecode always, and source text where there is a compiler to read it.
#undef MICROPY_MODULE_FROZEN_MPY
#define MICROPY_MODULE_FROZEN_MPY (1)
#undef MICROPY_MODULE_FROZEN_STR
#define MICROPY_MODULE_FROZEN_STR (MICROPY_ENABLE_COMPILER)
#undef MICROPY_QSTR_EXTRA_POOL
#define MICROPY_QSTR_EXTRA_POOL mp_qstr_frozen_const_pool

// The importer finds frozen modules through the entry ".frozen" of sys.path.
#undef MICROPY_ENABLE_EXTERNAL_IMPORT
#define MICROPY_ENABLE_EXTERNAL_IMPORT (1)
#undef MICROPY_PY_SYS
#define MICROPY_PY_SYS (1)
#undef MICROPY_PY_SYS_PATH
#define MICROPY_PY_SYS_PATH (1)
#undef MICROPY_PY_SYS_PATH_ARGV_DEFAULTS
#define MICROPY_PY_SYS_PATH_ARGV_DEFAULTS (1)

// The objects that Rust holds are roots of the garbage collector.
#undef MICROPY_ENABLE_GC
#define MICROPY_ENABLE_GC (1)

// A module written in Rust may have modules in it.
#undef MICROPY_MODULE_BUILTIN_SUBPACKAGES
#define MICROPY_MODULE_BUILTIN_SUBPACKAGES (1)

// Endless recursion in Python must end in an exception and not in other memory.
#undef MICROPY_STACK_CHECK
#define MICROPY_STACK_CHECK (1)

// Interrupt handlers schedule Python callables and raise KeyboardInterrupt (shim/event.c).
#undef MICROPY_ENABLE_SCHEDULER
#define MICROPY_ENABLE_SCHEDULER (1)
#undef MICROPY_SCHEDULER_STATIC_NODES
#define MICROPY_SCHEDULER_STATIC_NODES (1)
#undef MICROPY_KBD_EXCEPTION
#define MICROPY_KBD_EXCEPTION (1)

// Steps are counted where a function or a handler begins and where code branches (shim/steps.c). All of these are
// places where MicroPython expects an exception.
#undef MICROPY_VM_HOOK_INIT
#define MICROPY_VM_HOOK_INIT MPYF_STEP();
#undef MICROPY_VM_HOOK_LOOP
#define MICROPY_VM_HOOK_LOOP MPYF_STEP();
#define MPYF_STEP() do { if (--mpyf_countdown <= 0) { mpyf_hook(); } } while (0)

// The Rust runtime has one VM on one thread.
#if defined(MICROPY_PY_THREAD) && MICROPY_PY_THREAD
#error "MICROPY_PY_THREAD isn't supported by mpy-freeze: one VM runs on one thread"
#endif

// An abort of the VM leaves through frames that the shim has to see.
#if defined(MICROPY_ENABLE_VM_ABORT) && MICROPY_ENABLE_VM_ABORT
#error "MICROPY_ENABLE_VM_ABORT isn't supported by mpy-freeze"
#endif

// Nothing gives the second stack its memory.
#if defined(MICROPY_ENABLE_PYSTACK) && MICROPY_ENABLE_PYSTACK
#error "MICROPY_ENABLE_PYSTACK isn't supported by mpy-freeze"
#endif

// A compiler for other machines can't run what it compiles.
#if defined(MICROPY_DYNAMIC_COMPILER) && MICROPY_DYNAMIC_COMPILER
#error "MICROPY_DYNAMIC_COMPILER is mpy-cross's; a firmware can't be built with it"
#endif

// ---------------------------------------------------------------------------------------------
// The language.

#ifndef MICROPY_LONGINT_IMPL
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ)
#endif

// Controllers have a single precision unit or none; PCs compute in doubles as CPython does.
#ifndef MICROPY_FLOAT_IMPL
#if MPYF_HOSTED
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_DOUBLE)
#else
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_FLOAT)
#endif
#endif

// A traceback without lines is of little use, and frozen code has its lines in ROM.
#ifndef MICROPY_ENABLE_SOURCE_LINE
#define MICROPY_ENABLE_SOURCE_LINE (1)
#endif

#ifndef MICROPY_ROM_TEXT_COMPRESSION
#define MICROPY_ROM_TEXT_COMPRESSION (1)
#endif

// An exception that is raised when the heap is full keeps its message and two lines of traceback.
#ifndef MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF (1)
#endif
#ifndef MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE
#if UINTPTR_MAX > 0xffffffff
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE (256)
#else
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE (128)
#endif
#endif

// Python's warnings about comparisons that can't be meant, and about features that aren't there.
#ifndef MICROPY_WARNINGS
#define MICROPY_WARNINGS (MICROPY_CONFIG_ROM_LEVEL >= MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)
#endif

// The interactive prompt, as `Build::repl` says: with all that makes it comfortable, or not at all.
#ifndef MPYF_REPL
#define MPYF_REPL (0)
#endif
#ifndef MICROPY_HELPER_REPL
#define MICROPY_HELPER_REPL (MPYF_REPL)
#endif
#ifndef MICROPY_PY_SYS_PS1_PS2
#define MICROPY_PY_SYS_PS1_PS2 (MPYF_REPL)
#endif
#ifndef MICROPY_REPL_EMACS_KEYS
#define MICROPY_REPL_EMACS_KEYS (MPYF_REPL)
#endif
#ifndef MICROPY_REPL_AUTO_INDENT
#define MICROPY_REPL_AUTO_INDENT (MPYF_REPL)
#endif
// In raw paste mode a host sends as much ahead, and the byte that ends the program behind it: with both, a board's buffer of
// 256 bytes isn't full.
#ifndef MICROPY_REPL_STDIN_BUFFER_MAX
#define MICROPY_REPL_STDIN_BUFFER_MAX (254)
#endif

// The marshal module writes and reads bytecode, and needs both.
#ifndef MICROPY_PY_MARSHAL
#define MICROPY_PY_MARSHAL \
    (MICROPY_PERSISTENT_CODE_LOAD && MICROPY_CONFIG_ROM_LEVEL_AT_LEAST_EVERYTHING)
#endif

// ---------------------------------------------------------------------------------------------
// The machine.

#ifndef MICROPY_OPT_COMPUTED_GOTO
#define MICROPY_OPT_COMPUTED_GOTO (1)
#endif

// The importer has a buffer of this size on the stack.
#ifndef MICROPY_ALLOC_PATH_MAX
#if MPYF_HOSTED
#define MICROPY_ALLOC_PATH_MAX (512)
#else
#define MICROPY_ALLOC_PATH_MAX (256)
#endif
#endif

// The same numbers on the host and on every target.
#ifndef MICROPY_USE_INTERNAL_ERRNO
#define MICROPY_USE_INTERNAL_ERRNO (1)
#endif

#ifndef MICROPY_USE_INTERNAL_PRINTF
#define MICROPY_USE_INTERNAL_PRINTF (!MPYF_HOSTED)
#endif

#ifndef MP_SSIZE_MAX
#define MP_SSIZE_MAX INTPTR_MAX
#endif

#if !MPYF_HOSTED
// MicroPython's own math library has no log2, and its conversions of half floats need no compiler's.
#ifndef MP_NEED_LOG2
#define MP_NEED_LOG2 (1)
#endif
#ifndef MICROPY_FLOAT_USE_NATIVE_FLT16
#define MICROPY_FLOAT_USE_NATIVE_FLT16 (0)
#endif
#endif

#if defined(__thumb__) || defined(__thumb2__)
// Code addresses carry the Thumb bit.
#ifndef MICROPY_MAKE_POINTER_CALLABLE
#define MICROPY_MAKE_POINTER_CALLABLE(p) ((void *)((mp_uint_t)(p) | 1))
#endif
// ARMv6-M's branch reaches two kilobytes, and the linker may put the two halves further apart.
#if !defined(__thumb2__) && !defined(MICROPY_NLR_THUMB_USE_LONG_JUMP)
#define MICROPY_NLR_THUMB_USE_LONG_JUMP (1)
#endif
#endif

// Native code, as `Build::native_code` says: the emitter whose code the target runs, which also tells
// MicroPython what to accept, and the inline assembler of the same instruction set.
#if defined(MPYF_NATIVE_CODE) && MPYF_NATIVE_CODE
#if defined(__thumb__)
#define MICROPY_EMIT_THUMB (1)
#ifndef MICROPY_EMIT_INLINE_THUMB
#define MICROPY_EMIT_INLINE_THUMB (1)
#endif
#if !defined(__thumb2__)
#define MICROPY_EMIT_THUMB_ARMV7M (0)
#define MICROPY_EMIT_INLINE_THUMB_FLOAT (0)
#endif
#elif defined(__riscv)
#define MICROPY_EMIT_RV32 (1)
#ifndef MICROPY_EMIT_INLINE_RV32
#define MICROPY_EMIT_INLINE_RV32 (1)
#endif
#elif defined(__x86_64__)
#define MICROPY_EMIT_X64 (1)
#else
#error "Build::native_code: MicroPython makes no native code for this target"
#endif
#endif

// A PC's heap isn't executable, so there native code can only be frozen: compiling it raises. A program that has made its
// heap executable says so by this macro.
#if MPYF_HOSTED && !MPYF_EXECUTABLE_HEAP && !defined(MP_PLAT_ALLOC_EXEC)
#define MP_PLAT_ALLOC_EXEC(min_size, ptr, size) mpyb_refuse_native_code((ptr), (size))
#define MP_PLAT_FREE_EXEC(ptr, size) ((void)(ptr), (void)(size))
#endif

// Python's text reaches the board as Python wrote it, and with "\r\n" where there is a prompt, whose other side is a
// terminal (board/hal.c).
#ifndef MP_PLAT_PRINT_STRN
#define MP_PLAT_PRINT_STRN(str, len) mp_hal_stdout_tx_strn_cooked((str), (len))
#endif

// ---------------------------------------------------------------------------------------------
// Modules and file systems, as the builder's methods turn them on.

// Numbers of seconds are those of PCs, where none of the two is chosen.
#if !defined(MICROPY_EPOCH_IS_1970) && !defined(MICROPY_EPOCH_IS_2000)
#define MICROPY_EPOCH_IS_1970 (1)
#endif
#define MICROPY_PY_TIME_INCLUDEFILE "board/time.h"

// The part of machine that needs no more of a board than this port does: pins are written in Python.
#if defined(MICROPY_PY_MACHINE) && MICROPY_PY_MACHINE
#define MICROPY_PY_MACHINE_INCLUDEFILE "board/machine.h"
#ifndef MICROPY_PY_MACHINE_RESET
#define MICROPY_PY_MACHINE_RESET (1)
#endif
#ifndef MICROPY_PY_MACHINE_DISABLE_IRQ_ENABLE_IRQ
#define MICROPY_PY_MACHINE_DISABLE_IRQ_ENABLE_IRQ (1)
#endif
#undef MICROPY_PY_MACHINE_PIN_BASE
#define MICROPY_PY_MACHINE_PIN_BASE (1)
#ifndef MICROPY_PY_MACHINE_PULSE
#define MICROPY_PY_MACHINE_PULSE (1)
#endif
#ifndef MICROPY_PY_MACHINE_TIMER
#define MICROPY_PY_MACHINE_TIMER (1)
#endif
// Nothing but the VM itself touches its timers.
#define MICROPY_PY_PENDSV_ENTER
#define MICROPY_PY_PENDSV_EXIT
#ifndef MICROPY_PY_MACHINE_SOFTI2C
#define MICROPY_PY_MACHINE_SOFTI2C (1)
#endif
#ifndef MICROPY_PY_MACHINE_SOFTSPI
#define MICROPY_PY_MACHINE_SOFTSPI (1)
#endif
#endif

// What os.uname tells of the board, which can say it better.
#ifndef MICROPY_HW_BOARD_NAME
#define MICROPY_HW_BOARD_NAME "board"
#endif
#ifndef MICROPY_HW_MCU_NAME
#if defined(__arm__)
#define MICROPY_HW_MCU_NAME "Cortex-M"
#elif defined(__riscv)
#define MICROPY_HW_MCU_NAME "RISC-V"
#else
#define MICROPY_HW_MCU_NAME "PC"
#endif
#endif

// File systems in memory that Python hands over; where an image lies in flash is for the board to say.
#ifndef MICROPY_VFS_ROM_IOCTL
#define MICROPY_VFS_ROM_IOCTL (0)
#endif

// FAT as cards and sticks have it: long names, which are kept on the stack, folders of their own, and the sectors of
// flash chips.
#ifndef MICROPY_FATFS_ENABLE_LFN
#define MICROPY_FATFS_ENABLE_LFN (2)
#endif
#ifndef MICROPY_FATFS_RPATH
#define MICROPY_FATFS_RPATH (2)
#endif
#ifndef MICROPY_FATFS_MAX_SS
#define MICROPY_FATFS_MAX_SS (4096)
#endif
#define FFCONF_H "lib/oofatfs/ffconf.h"

// What mbedTLS computes, as Build::ssl, cryptolib and hashlib turn it on.
#ifndef MICROPY_SSL_MBEDTLS
#define MICROPY_SSL_MBEDTLS (0)
#endif
#if !MICROPY_SSL_MBEDTLS
#if defined(MICROPY_PY_SSL) && MICROPY_PY_SSL
#error "MICROPY_PY_SSL needs mbedTLS: let Build::ssl set it"
#endif
#if defined(MICROPY_PY_CRYPTOLIB) && MICROPY_PY_CRYPTOLIB
#error "MICROPY_PY_CRYPTOLIB needs mbedTLS: let Build::cryptolib set it"
#endif
#if (defined(MICROPY_PY_HASHLIB_MD5) && MICROPY_PY_HASHLIB_MD5) || (defined(MICROPY_PY_HASHLIB_SHA1) && MICROPY_PY_HASHLIB_SHA1)
#error "MICROPY_PY_HASHLIB_MD5 and MICROPY_PY_HASHLIB_SHA1 need mbedTLS: let Build::hashlib set them"
#endif
#endif
// Its blocks, and MicroPython's objects around it, which free them.
#if defined(MICROPY_PY_SSL) && MICROPY_PY_SSL
#define MICROPY_TRACKED_ALLOC (1)
#undef MICROPY_ENABLE_FINALISER
#define MICROPY_ENABLE_FINALISER (1)
// Memory is Python's, so that a collection has been before mbedTLS finds none.
#define MICROPY_MBEDTLS_CONFIG_BARE_METAL (1)
#endif

#ifndef MICROPY_PY_SYS_PLATFORM
#define MICROPY_PY_SYS_PLATFORM "mpy-freeze"
#endif

// What the prompt and `sys.implementation` call the machine, where the firmware doesn't name its board.
#if !defined(MICROPY_BANNER_MACHINE) && !defined(MICROPY_HW_BOARD_NAME)
#define MICROPY_BANNER_MACHINE MICROPY_PY_SYS_PLATFORM
#endif

// The board sleeps or serves its other work wherever Python waits.
#ifndef MICROPY_INTERNAL_WFE
#define MICROPY_INTERNAL_WFE(timeout_ms) ((void)(timeout_ms), mpyb_wait())
#endif

// The board's clock is the only thing at hand that differs from start to start.
#ifndef MICROPY_PY_RANDOM_SEED_INIT_FUNC
#define MICROPY_PY_RANDOM_SEED_INIT_FUNC (mpyb_random_seed())
#endif

#define MP_STATE_PORT MP_STATE_VM

// Counts the steps down, and is called at zero.
extern int32_t mpyf_countdown;
void mpyf_hook(void);

// Sees to events and timers, and raises what is pending.
void mpyf_handle_pending(void);

// Does that, and lets the board sleep.
void mpyb_wait(void);

uint32_t mpyb_random_seed(void);
void mpyb_refuse_native_code(void **ptr, size_t *size);

// With file systems, modules are read from them too.
#if defined(MICROPY_VFS) && MICROPY_VFS && !defined(MICROPY_READER_VFS)
#define MICROPY_READER_VFS (1)
#endif
