// What C code calls when it gives up, where no C library is below.

#include "py/mpconfig.h"

#if !MPYF_HOSTED

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "shim/mpyf.h"

__attribute__((noreturn)) void abort(void) {
    static const char message[] = "C code called abort()";
    mpyf_platform_fatal(message, sizeof(message) - 1);
}

__attribute__((noreturn)) void mpyl_assert_failed(const char *expression) {
    mpyf_platform_fatal(expression, strlen(expression));
}

#endif
