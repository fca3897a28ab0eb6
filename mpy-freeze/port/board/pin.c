// Pins, which are objects of Python classes that derive from machine.PinBase.

#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stackctrl.h"

#if MICROPY_PY_MACHINE_PIN_BASE

#include "extmod/modmachine.h"
#include "extmod/virtpin.h"

static bool is_pin(mp_obj_t object) {
    if (!mp_obj_is_obj(object)) {
        return false;
    }
    mp_obj_t type = MP_OBJ_FROM_PTR(mp_obj_get_type(object));
    #if MICROPY_PY_MACHINE_SIGNAL
    // Its functions take an object of a derived class for one of its own.
    if (mp_obj_is_type(object, &machine_signal_type)) {
        return true;
    }
    #endif
    return mp_obj_is_subclass_fast(type, MP_OBJ_FROM_PTR(&machine_pinbase_type));
}

// MicroPython calls whatever an object has in the place of a pin's functions.
mp_obj_t mpyb_pin(mp_obj_t object) {
    if (!is_pin(object)) {
        mp_raise_TypeError(MP_ERROR_TEXT("a pin must be a machine.PinBase"));
    }
    return object;
}

// A signal's pin may be a signal, and so on.
int mpyb_pin_read(mp_obj_t pin) {
    MP_STACK_CHECK();
    return mp_virtual_pin_read(mpyb_pin(pin));
}

void mpyb_pin_write(mp_obj_t pin, int value) {
    MP_STACK_CHECK();
    mp_virtual_pin_write(mpyb_pin(pin), value);
}

qstr mpyb_pin_name(mp_obj_t pin) {
    return mp_obj_get_type(pin)->name;
}

#endif
