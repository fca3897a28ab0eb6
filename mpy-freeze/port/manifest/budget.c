// How much a manifest may compute, counted in steps and not in time: the same manifest is stopped at the same
// place on a fast machine and on a slow one.
//
// Every file but this one is compiled with -fsanitize-coverage=trace-pc, which calls the function below at each
// branch of the C code. So loops inside of one bytecode count too: sum(range(10 ** 18)), a sort, a product of
// long integers. Where the steps are used up, an exception is raised at the line that runs; a manifest that
// catches it, or that stays within one bytecode, is ended soon after.

#include "py/mpstate.h"
#include "py/runtime.h"

#include "manifest.h"

// After the exception there is this much left to leave the manifest with.
#define GRACE (50 * 1000 * 1000)

static uint64_t left = UINT64_MAX;
static bool raised = false;

void mpym_budget_start(uint64_t steps) {
    left = steps;
    raised = false;
}

static void exhausted(void) {
    if (raised) {
        // What gives up must not come back here.
        left = UINT64_MAX;
        mpym_give_up("budget");
    }
    raised = true;
    left = GRACE;
    MP_STATE_MAIN_THREAD(mp_pending_exception) = mpym_budget_exception();
}

void mpym_budget_charge(uint64_t steps) {
    if (left <= steps) {
        exhausted();
    } else {
        left -= steps;
    }
}

void __sanitizer_cov_trace_pc(void);

void __sanitizer_cov_trace_pc(void) {
    if (--left == 0) {
        exhausted();
    }
}
