// What mbedTLS has of the machine: entropy, the time and the calendar.

#include "py/mpconfig.h"

#if MICROPY_PY_SSL

#include "py/mphal.h"
#include "shared/timeutils/timeutils.h"

#include "mbedtls/entropy.h"
#include "mbedtls/platform_util.h"

#include "shim/mpyf.h"

int mbedtls_hardware_poll(void *data, unsigned char *out, size_t len, size_t *out_len) {
    (void)data;
    mpyf_outside++;
    uint32_t filled = mpyf_platform_entropy(out, len);
    mpyf_outside--;
    *out_len = filled ? len : 0;
    return filled ? 0 : MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
}

// Seconds since the epoch that the calendar below counts from, which is Python's.
int64_t mpyt_time(int64_t *out) {
    int64_t now = (int64_t)(mp_hal_time_ns() / 1000000000u);
    if (out != NULL) {
        *out = now;
    }
    return now;
}

mbedtls_ms_time_t mbedtls_ms_time(void) {
    return (mbedtls_ms_time_t)(mp_hal_time_ns() / 1000000u);
}

struct tm *mbedtls_platform_gmtime_r(const mbedtls_time_t *time, struct tm *out) {
    timeutils_struct_time_t fields;
    timeutils_seconds_since_epoch_to_struct_time(*time, &fields);
    *out = (struct tm) {
        .tm_sec = fields.tm_sec,
        .tm_min = fields.tm_min,
        .tm_hour = fields.tm_hour,
        .tm_mday = fields.tm_mday,
        // C counts months from 0, years from 1900, days of the week from Sunday, and those of the year from 0.
        .tm_mon = fields.tm_mon - 1,
        .tm_year = fields.tm_year - 1900,
        .tm_wday = (fields.tm_wday + 1) % 7,
        .tm_yday = fields.tm_yday - 1,
    };
    return out;
}

#endif
