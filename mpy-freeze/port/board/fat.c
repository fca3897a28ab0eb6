// The time that FAT file systems write to their files.

#include "py/mphal.h"

#if MICROPY_VFS_FAT

#include "lib/oofatfs/ff.h"
#include "shared/timeutils/timeutils.h"

// FAT counts years from here, and seconds in pairs.
#define FIRST_YEAR (1980)

DWORD get_fattime(void) {
    timeutils_struct_time_t now;
    timeutils_seconds_since_epoch_to_struct_time(mp_hal_time_ns() / 1000000000u, &now);
    if (now.tm_year < FIRST_YEAR) {
        // A month and a day begin with 1.
        return 1 << 21 | 1 << 16;
    }
    return (DWORD)(now.tm_year - FIRST_YEAR) << 25 | (DWORD)now.tm_mon << 21 | (DWORD)now.tm_mday << 16
           | (DWORD)now.tm_hour << 11 | (DWORD)now.tm_min << 5 | (DWORD)now.tm_sec >> 1;
}

#endif
