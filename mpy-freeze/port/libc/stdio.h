// Formatted text, which MicroPython's shared/libc/printf.c defines.
#pragma once

#include <stdarg.h>
#include <stddef.h>

int printf(const char *format, ...);
int vprintf(const char *format, va_list args);
int putchar(int character);
int puts(const char *text);
int snprintf(char *text, size_t size, const char *format, ...);
int vsnprintf(char *text, size_t size, const char *format, va_list args);
