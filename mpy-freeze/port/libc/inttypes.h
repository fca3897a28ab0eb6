// The integer types. The names of their formats are for texts that nobody prints here.
#pragma once

#include <stdint.h>
