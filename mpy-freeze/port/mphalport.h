// What MicroPython's hardware layer asks of the port beyond the functions that py/mphal.h declares.
#pragma once

#include <stddef.h>

#include "shared/runtime/interrupt_char.h"
