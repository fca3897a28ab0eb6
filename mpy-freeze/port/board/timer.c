// The timers of machine.Timer. No interrupt serves them: they are looked at wherever the board has its turn, and
// wherever Python waits.

#include "py/mphal.h"

#if MICROPY_PY_MACHINE_TIMER

#include "shared/runtime/softtimer.h"

#include "board/board.h"

// When the next one is due, if there is one.
static bool armed;
static uint32_t due_ms;

uint32_t soft_timer_get_ms(void) {
    return mp_hal_ticks_ms();
}

void soft_timer_schedule_at_ms(uint32_t ticks_ms) {
    due_ms = ticks_ms;
    armed = true;
}

void mpyb_timers_run(void) {
    if (armed && soft_timer_ticks_diff(due_ms, soft_timer_get_ms()) <= 0) {
        armed = false;
        soft_timer_handler();
    }
}

void mpyb_timers_stop(void) {
    armed = false;
    soft_timer_deinit();
}

#endif
