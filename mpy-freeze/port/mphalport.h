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

// Pins are written in Python (board/pin.c).
#if MICROPY_PY_MACHINE_PIN_BASE
#include "py/obj.h"

#define mp_hal_pin_obj_t mp_obj_t
#define mp_hal_get_pin_obj(object) mpyb_pin(object)
#define mp_hal_pin_read(pin) mpyb_pin_read(pin)
#define mp_hal_pin_write(pin, value) mpyb_pin_write((pin), (value))

// A pin's class knows which way it goes. One that is to be pulled up by others does so when it is 1.
#define mp_hal_pin_input(pin) ((void)(pin))
#define mp_hal_pin_output(pin) ((void)(pin))
#define mp_hal_pin_open_drain(pin) ((void)(pin))
#define mp_hal_pin_od_low(pin) mpyb_pin_write((pin), 0)
#define mp_hal_pin_od_high(pin) mpyb_pin_write((pin), 1)

#define MP_HAL_PIN_FMT "%q"
#define mp_hal_pin_name(pin) mpyb_pin_name(pin)

// Between two of a pin's values Python runs, so that there is no timing to keep others away from.
#define mp_hal_delay_us_fast(us) mp_hal_delay_us(us)
#define mp_hal_quiet_timing_enter() (0)
#define mp_hal_quiet_timing_exit(state) ((void)(state))

mp_obj_t mpyb_pin(mp_obj_t object);
int mpyb_pin_read(mp_obj_t pin);
void mpyb_pin_write(mp_obj_t pin, int value);
qstr mpyb_pin_name(mp_obj_t pin);
#endif
