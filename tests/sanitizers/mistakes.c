// Deliberate mistakes, which show that the sanitizers are on. They are only in the build that has them.

#include <limits.h>
#include <stddef.h>

// Writes one byte behind what it was given, where `len` is what it was given.
void tests_write_behind(volatile char *bytes, size_t len) {
    bytes[len] = 1;
}

int tests_add_to_largest(volatile int n) {
    return INT_MAX + n;
}
