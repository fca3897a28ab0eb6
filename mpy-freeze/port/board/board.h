// The room of the board: MicroPython's hardware layer on the functions that the firmware's `Platform` has, and the parts
// of the modules `time` and `machine` that a port brings. Its symbols begin with `mpyb_`.
//
// What MicroPython itself calls by these names is declared in mpconfigport.h and mphalport.h. This header is for the
// shim, which starts and stops the room. The room includes nothing of others but the shim's mpyf.h.
#pragma once

#include "py/mpconfig.h"

#include "shim/mpyf.h"

// Drops the byte of input that an earlier VM has left.
void mpyb_hal_init(void);

// Leaves the critical section that a program is in.
void mpyb_irq_stop(void);

// Has the timers that are due call their callables, as soon as there is no other call under way.
#if MICROPY_PY_MACHINE_TIMER
void mpyb_timers_run(void);
void mpyb_timers_stop(void);
#else
static inline void mpyb_timers_run(void) {
}
static inline void mpyb_timers_stop(void) {
}
#endif
