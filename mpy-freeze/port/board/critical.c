// Critical sections on a system with threads, where there are no interrupts to disable: a lock that a thread may take
// again while it has it. On bare metal the board's `critical-section` provides them.

#include "py/mphal.h"

#if MPYF_HOSTED

static char locked;
static __thread unsigned depth;

uintptr_t mpyf_platform_enter_critical(void) {
    if (depth++ == 0) {
        // The sections are a few instructions long, so that nobody waits for long.
        while (__atomic_test_and_set(&locked, __ATOMIC_ACQUIRE)) {
        }
    }
    return 0;
}

void mpyf_platform_leave_critical(uintptr_t state) {
    (void)state;
    if (--depth == 0) {
        __atomic_clear(&locked, __ATOMIC_RELEASE);
    }
}

#endif
