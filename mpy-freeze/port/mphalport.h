// What MicroPython's hardware layer asks of the port beyond the functions that py/mphal.h declares.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "shared/runtime/interrupt_char.h"

// Sections that no interrupt handler comes between, on a system with threads none of which comes between another.
// They may be nested.
#define MICROPY_BEGIN_ATOMIC_SECTION() mpyf_platform_enter_critical()
#define MICROPY_END_ATOMIC_SECTION(state) mpyf_platform_leave_critical(state)

uintptr_t mpyf_platform_enter_critical(void);
void mpyf_platform_leave_critical(uintptr_t state);
