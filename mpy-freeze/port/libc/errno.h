// The error numbers that C itself has. MicroPython uses its own.
#pragma once

#define EDOM (33)
#define ERANGE (34)
