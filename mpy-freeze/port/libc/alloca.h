// Memory on the stack, which the compiler itself provides.
#pragma once

#undef alloca
#define alloca(size) __builtin_alloca(size)
