// The places that a seek counts from, and signed sizes, which MicroPython looks for here.
#pragma once

#include <sys/types.h>

#define SEEK_SET (0)
#define SEEK_CUR (1)
#define SEEK_END (2)
