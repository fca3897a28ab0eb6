// The critical section that a program enters with machine.disable_irq.
//
// The state that enters a section is the board's, and not every number is one: Python is told how deep it is instead. A
// program that ends, or fails, in the section has left it.

#include "py/mphal.h"
#include "py/runtime.h"

#include "board/board.h"

static uint32_t depth;
static uintptr_t outer;

uint32_t mpyb_disable_irq(void) {
    if (depth == 0) {
        outer = mpyf_platform_enter_critical();
    }
    return depth++;
}

void mpyb_enable_irq(uint32_t state) {
    if (state >= depth) {
        mp_raise_ValueError(MP_ERROR_TEXT("no state of disable_irq"));
    }
    depth = state;
    if (depth == 0) {
        mpyf_platform_leave_critical(outer);
    }
}

void mpyb_irq_stop(void) {
    if (depth != 0) {
        mpyb_enable_irq(0);
    }
}
