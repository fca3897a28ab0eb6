// What happens between instructions: the board's turn, and the end of a run that has been given so many steps.
//
// A step is a branch, the call of a Python function, or the entry of an exception handler; MicroPython's loop counts
// them down in `mpyf_countdown` and comes here at zero.

#include "py/mpstate.h"
#include "py/objexcept.h"
#include "py/runtime.h"

#include "board/board.h"
#include "shim/internal.h"

// The board has its turn after so many steps.
#define POLL_INTERVAL (256)
// What a program that has used up its steps gets for its `finally` and `except` blocks. After that each step raises.
#define GRACE (256)
#define UNBOUNDED UINT64_MAX

int32_t mpyf_countdown;
// What the countdown began with.
static int32_t slice;
static int32_t until_poll;
// How many steps are left, as of the beginning of the slice.
static uint64_t budget;
static bool exhausted;

// It is no Exception, so that `except Exception` lets it pass.
MP_DEFINE_CONST_OBJ_TYPE(
    mpyf_type_OutOfSteps, MP_QSTR_OutOfSteps, MP_TYPE_FLAG_NONE,
    make_new, mp_obj_exception_make_new,
    print, mp_obj_exception_print,
    attr, mp_obj_exception_attr,
    parent, &mp_type_BaseException
    );

// The exception is ready made, so that a full heap doesn't turn it into a MemoryError.
MP_REGISTER_ROOT_POINTER(mp_obj_exception_t mpyf_out_of_steps);

static void begin_slice(void) {
    slice = budget < (uint64_t)until_poll ? (int32_t)budget : until_poll;
    if (slice < 1) {
        slice = 1;
    }
    mpyf_countdown = slice;
}

// Takes the steps since the beginning of the slice off what there was.
static void settle(void) {
    int32_t used = slice - mpyf_countdown;
    slice = mpyf_countdown;
    until_poll -= used;
    if (budget != UNBOUNDED) {
        budget -= budget < (uint64_t)used ? budget : (uint64_t)used;
    }
}

void mpyf_steps_start(void) {
    budget = UNBOUNDED;
    exhausted = false;
    until_poll = POLL_INTERVAL;
    begin_slice();
}

static __attribute__((noreturn)) void raise_out_of_steps(void) {
    mp_obj_exception_t *exception = &MP_STATE_VM(mpyf_out_of_steps);
    if (!exhausted) {
        exhausted = true;
        budget = GRACE;
        exception->base.type = &mpyf_type_OutOfSteps;
        exception->traceback_alloc = 0;
        exception->traceback_len = 0;
        exception->traceback_data = NULL;
        exception->args = (mp_obj_tuple_t *)&mp_const_empty_tuple_obj;
    }
    begin_slice();
    nlr_raise(MP_OBJ_FROM_PTR(exception));
}

// MicroPython doesn't look for interrupts while a scheduled callable or a finaliser runs. Here they are raised, and
// stay pending, so that they come again in the program that has been interrupted by the callable.
static void raise_if_locked(void) {
    if (MP_STATE_VM(sched_state) >= 0) {
        return;
    }
    if (mpyf_take_interrupt()) {
        mp_sched_keyboard_interrupt();
    }
    mp_obj_t pending = MP_STATE_MAIN_THREAD(mp_pending_exception);
    if (pending != MP_OBJ_NULL) {
        nlr_raise(pending);
    }
}

void mpyf_hook(void) {
    settle();
    if (until_poll <= 0) {
        until_poll = POLL_INTERVAL;
        mpyf_outside++;
        mpyf_platform_poll();
        mpyf_outside--;
        mpyb_timers_run();
    }
    if (budget == 0) {
        raise_out_of_steps();
    }
    begin_slice();
    raise_if_locked();
}

void mpyf_handle_pending(void) {
    raise_if_locked();
    mpyb_timers_run();
    mp_handle_pending(true);
    // A KeyboardInterrupt becomes an exception only as the events are seen to, which come after exceptions.
    if (MP_STATE_MAIN_THREAD(mp_pending_exception) != MP_OBJ_NULL) {
        mp_handle_pending(true);
    }
}

void mpyf_bound_begin(uint64_t steps, mpyf_bound_t *outer) {
    settle();
    outer->budget = budget;
    outer->exhausted = exhausted;
    if (steps < budget) {
        budget = steps;
    }
    outer->given = budget;
    begin_slice();
}

uint32_t mpyf_bound_end(const mpyf_bound_t *outer) {
    settle();
    bool ran_out = exhausted;
    uint64_t used = outer->given - budget;
    if (exhausted && !outer->exhausted) {
        used += GRACE;
    }
    exhausted = outer->exhausted;
    if (outer->budget == UNBOUNDED) {
        budget = UNBOUNDED;
    } else {
        budget = outer->budget - (used < outer->budget ? used : outer->budget);
    }
    begin_slice();
    return ran_out;
}
