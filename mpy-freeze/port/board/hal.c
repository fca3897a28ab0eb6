// MicroPython's hardware layer on the board's Platform: console, clock and waiting.

#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "board/board.h"

// A poll of the console can't look at a byte without taking it; this is the byte it took.
#define NO_BYTE (-1)
static int32_t waiting_byte;

void mpyb_hal_init(void) {
    waiting_byte = NO_BYTE;
}

// The board's functions, with the VM closed while they run.
static void board_write(const char *text, size_t len) {
    mpyf_outside++;
    mpyf_platform_write((const uint8_t *)text, len);
    mpyf_outside--;
}

static int32_t board_read(void) {
    mpyf_outside++;
    int32_t byte = mpyf_platform_read();
    mpyf_outside--;
    return byte;
}

static uint64_t board_ticks_us(void) {
    mpyf_outside++;
    uint64_t ticks = mpyf_platform_ticks_us();
    mpyf_outside--;
    return ticks;
}

// Each time that the board may sleep counts as a step, so that waiting ends where a run is bounded.
static void idle(void) {
    MPYF_STEP();
    mpyf_outside++;
    mpyf_platform_idle();
    mpyf_outside--;
}

void mpyb_wait(void) {
    mpyf_handle_pending();
    idle();
}

static bool byte_is_waiting(void) {
    if (waiting_byte == NO_BYTE) {
        waiting_byte = board_read();
    }
    return waiting_byte != NO_BYTE;
}

mp_uint_t mp_hal_stdout_tx_strn(const char *str, size_t len) {
    board_write(str, len);
    return len;
}

#if MPYF_REPL
// The last character of cooked text: Python's own "\r\n" stays as it is, also where it comes in two pieces.
static char last_cooked;

void mp_hal_stdout_tx_strn_cooked(const char *str, size_t len) {
    size_t written = 0;
    for (size_t i = 0; i < len; i++) {
        if (str[i] == '\n' && last_cooked != '\r') {
            board_write(str + written, i - written);
            board_write("\r", 1);
            written = i;
        }
        last_cooked = str[i];
    }
    board_write(str + written, len - written);
}
#else
void mp_hal_stdout_tx_strn_cooked(const char *str, size_t len) {
    board_write(str, len);
}
#endif

void mp_hal_stdout_tx_str(const char *str) {
    board_write(str, strlen(str));
}

int mp_hal_stdin_rx_chr(void) {
    while (!byte_is_waiting()) {
        mpyb_wait();
    }
    int byte = waiting_byte;
    waiting_byte = NO_BYTE;
    return byte;
}

uintptr_t mp_hal_stdio_poll(uintptr_t poll_flags) {
    uintptr_t ready = poll_flags & MP_STREAM_POLL_WR;
    if ((poll_flags & MP_STREAM_POLL_RD) && byte_is_waiting()) {
        ready |= MP_STREAM_POLL_RD;
    }
    return ready;
}

mp_uint_t mp_hal_ticks_us(void) {
    return (mp_uint_t)board_ticks_us();
}

mp_uint_t mp_hal_ticks_ms(void) {
    return (mp_uint_t)(board_ticks_us() / 1000);
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return (mp_uint_t)board_ticks_us();
}

// Where a board that doesn't know the time begins: a date that every file system can write.
#define YEAR_2000_NS (946684800u * (uint64_t)1000000000)

uint64_t mp_hal_time_ns(void) {
    mpyf_outside++;
    uint64_t now = mpyf_platform_now_ns();
    mpyf_outside--;
    if (now == 0) {
        now = YEAR_2000_NS + board_ticks_us() * 1000;
    }
    #if MICROPY_EPOCH_IS_1970
    return now;
    #else
    // A clock that has lost its battery may be decades behind.
    return now > YEAR_2000_NS ? now - YEAR_2000_NS : 0;
    #endif
}

static void wait_us(uint64_t us) {
    uint64_t start = board_ticks_us();
    do {
        mpyf_handle_pending();
        if (board_ticks_us() - start >= us) {
            return;
        }
        idle();
    } while (board_ticks_us() - start < us);
}

void mp_hal_delay_us(mp_uint_t us) {
    wait_us(us);
}

void mp_hal_delay_ms(mp_uint_t ms) {
    wait_us((uint64_t)ms * 1000);
}

uint32_t mpyb_random_seed(void) {
    // The clock's fast bits are its low ones; the multiplication spreads them over the whole seed.
    uint64_t ticks = board_ticks_us() * 0x9e3779b97f4a7c15u;
    return (uint32_t)(ticks >> 32);
}

void mpyb_refuse_native_code(void **ptr, size_t *size) {
    *ptr = NULL;
    *size = 0;
    mp_raise_msg(&mp_type_NotImplementedError, MP_ERROR_TEXT("native code must be frozen"));
}
