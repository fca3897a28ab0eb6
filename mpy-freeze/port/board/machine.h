// The board's part of MicroPython's module machine, which includes this file.

#include "shim/mpyf.h"

#if MICROPY_PY_MACHINE_TIMER && !defined(MICROPY_PY_MACHINE_EXTRA_GLOBALS)
#define MICROPY_PY_MACHINE_EXTRA_GLOBALS \
    { MP_ROM_QSTR(MP_QSTR_Timer), MP_ROM_PTR(&machine_timer_type) },
#endif

// What disable_irq enters and enable_irq leaves is a section of Python's own (board/irq.c).
#undef MICROPY_BEGIN_ATOMIC_SECTION
#undef MICROPY_END_ATOMIC_SECTION
uint32_t mpyb_disable_irq(void);
void mpyb_enable_irq(uint32_t state);
#define MICROPY_BEGIN_ATOMIC_SECTION() mpyb_disable_irq()
#define MICROPY_END_ATOMIC_SECTION(state) mpyb_enable_irq(state)

static void mp_machine_idle(void) {
    mpyb_wait();
}

static void mp_machine_reset(void) {
    mpyf_outside++;
    mpyf_platform_reset();
    mpyf_outside--;
    mp_raise_NotImplementedError(MP_ERROR_TEXT("the board can't reset itself"));
}

// Why the board started is for its own module to tell.
static mp_int_t mp_machine_reset_cause(void) {
    return 0;
}

// What soft_reset asks a prompt for. Without one SystemExit alone ends the program; with upstream's pyexec.c this is
// that file's.
__attribute__((weak)) int pyexec_system_exit;
