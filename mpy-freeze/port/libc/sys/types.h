// Signed sizes and offsets, and the integer types by the names that lib/libm has for them.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef intptr_t ssize_t;
typedef long off_t;

typedef uint8_t __uint8_t;
typedef int32_t __int32_t;
typedef uint32_t __uint32_t;
