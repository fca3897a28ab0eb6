// What interrupt handlers ask of Python: that a callable of an event runs, and that what runs is interrupted.
//
// A handler touches nothing but the events, the variables below and the scheduler's state, inside of critical
// sections that are a few instructions long. All that needs the heap happens later, in the VM's own time.

#include "py/mphal.h"
#include "py/mpstate.h"
#include "py/runtime.h"
#include "shared/runtime/interrupt_char.h"

#include "shim/internal.h"

// Which VM runs, counted from the program's start; zero where none does. An event remembers the VM that its callable
// belongs to, so that a callable of an earlier one is never used.
static uint32_t running_vm;
static uint32_t vms_started;

// What `pending` is: an event that is taken back stays where it is in the queue, and is passed over there unless it is fired
// again.
enum { IDLE, FIRED, TAKEN_BACK };

// The events that have been fired and not been seen to, in the order in which they were.
static mpyf_event_t *first_fired;
static mpyf_event_t *last_fired;
static volatile bool interrupted;

// What stands in MicroPython's queue for all of them together.
static mp_sched_node_t node;

void mpyf_events_start(void) {
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    mp_interrupt_char = -1;
    node.callback = NULL;
    vms_started = vms_started == UINT32_MAX ? 1 : vms_started + 1;
    running_vm = vms_started;
    MICROPY_END_ATOMIC_SECTION(state);
}

void mpyf_events_stop(void) {
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    running_vm = 0;
    interrupted = false;
    for (mpyf_event_t *event = first_fired; event != NULL; event = event->next) {
        event->pending = IDLE;
    }
    first_fired = NULL;
    last_fired = NULL;
    MICROPY_END_ATOMIC_SECTION(state);
}

typedef struct {
    mp_obj_t callable;
    int32_t arg;
} call_t;

static mp_obj_t call_body(void *arg) {
    const call_t *call = arg;
    mp_call_function_1(call->callable, mp_obj_new_int(call->arg));
    return MP_OBJ_NULL;
}

static mp_obj_t print_body(void *arg) {
    mp_obj_print_exception(&mp_plat_print, MP_OBJ_FROM_PTR(arg));
    return MP_OBJ_NULL;
}

// Calls a callable. What it raises is printed, but for what is meant to end all that runs: that comes again.
static void call_protected(call_t *call) {
    mpyf_handle_t raised;
    if (mpyf_protect(call_body, call, &raised) == MPYF_OK) {
        return;
    }
    void *exception = MP_OBJ_TO_PTR(mpyf_object(raised));
    if (exception != &MP_STATE_VM(mp_kbd_exception) && exception != &MP_STATE_VM(mpyf_out_of_steps)) {
        mpyf_handle_t ignored;
        if (mpyf_protect(print_body, exception, &ignored) != MPYF_OK) {
            mpyf_release(ignored);
        }
    }
    mpyf_release(raised);
}

// Sees to the events that have been fired until now. One that is fired meanwhile waits for the next round, so that
// the program gets its turn.
static void run_fired(mp_sched_node_t *unused) {
    (void)unused;
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    mpyf_event_t *event = first_fired;
    first_fired = NULL;
    last_fired = NULL;
    MICROPY_END_ATOMIC_SECTION(state);
    while (event != NULL) {
        state = MICROPY_BEGIN_ATOMIC_SECTION();
        mpyf_event_t *next = event->next;
        bool wanted = event->pending == FIRED && event->vm == running_vm;
        mpyf_handle_t handle = event->callable;
        call_t call = { MP_OBJ_NULL, event->arg };
        // From here on a handler may put the event into the next round.
        event->pending = IDLE;
        MICROPY_END_ATOMIC_SECTION(state);
        if (wanted) {
            call.callable = mpyf_object(handle);
            call_protected(&call);
        }
        event = next;
    }
    if (mpyf_take_interrupt()) {
        mp_sched_keyboard_interrupt();
    }
}

uint32_t mpyf_event_fire(mpyf_event_t *event, int32_t arg) {
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    bool runs = running_vm != 0 && event->vm == running_vm;
    if (runs) {
        event->arg = arg;
        bool queued = event->pending != IDLE;
        event->pending = FIRED;
        if (!queued) {
            event->next = NULL;
            if (last_fired == NULL) {
                first_fired = event;
            } else {
                last_fired->next = event;
            }
            last_fired = event;
        }
        mp_sched_schedule_node(&node, run_fired);
    }
    MICROPY_END_ATOMIC_SECTION(state);
    return runs;
}

uint32_t mpyf_keyboard_interrupt(void) {
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    bool runs = running_vm != 0;
    if (runs) {
        // The exception itself is made later: a handler that wrote to it could do so while it is being read.
        interrupted = true;
        mp_sched_schedule_node(&node, run_fired);
    }
    MICROPY_END_ATOMIC_SECTION(state);
    return runs;
}

bool mpyf_take_interrupt(void) {
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    bool taken = interrupted;
    interrupted = false;
    MICROPY_END_ATOMIC_SECTION(state);
    return taken;
}

// The character that interrupts, or -1 where none does: MicroPython's prompt sets it while a program runs.
int mp_interrupt_char = -1;

void mp_hal_set_interrupt_char(int c) {
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    mp_interrupt_char = c;
    MICROPY_END_ATOMIC_SECTION(state);
    // Where a program ends, an interrupt that came in its last moment belongs to it, and not to what runs next. The
    // prompt looks for exceptions that are pending right after this.
    if (c == -1 && mpyf_take_interrupt()) {
        mp_sched_keyboard_interrupt();
    }
}

uint32_t mpyf_interrupted_by(uint8_t byte) {
    // In one section with the comparison, so that no program's end comes in between. Sections nest.
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    bool taken = byte == mp_interrupt_char && mpyf_keyboard_interrupt();
    MICROPY_END_ATOMIC_SECTION(state);
    return taken;
}

typedef struct {
    mpyf_event_t *event;
    mp_obj_t callable;
} registration_t;

static mp_obj_t on_body(void *arg) {
    const registration_t *registration = arg;
    if (!mp_obj_is_callable(registration->callable)) {
        mp_raise_TypeError(MP_ERROR_TEXT("object not callable"));
    }
    mpyf_handle_t kept = mpyf_keep(registration->callable);
    mpyf_event_off(registration->event);
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    registration->event->callable = kept;
    registration->event->vm = running_vm;
    MICROPY_END_ATOMIC_SECTION(state);
    return MP_OBJ_NULL;
}

uint32_t mpyf_event_on(mpyf_event_t *event, mpyf_handle_t callable, mpyf_handle_t *out) {
    registration_t registration = { event, mpyf_object(callable) };
    return mpyf_protect(on_body, &registration, out);
}

void mpyf_event_off(mpyf_event_t *event) {
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    mpyf_handle_t kept = event->vm == running_vm ? event->callable : 0;
    event->vm = 0;
    if (event->pending == FIRED) {
        event->pending = TAKEN_BACK;
    }
    MICROPY_END_ATOMIC_SECTION(state);
    mpyf_release(kept);
}

static mp_obj_t pending_body(void *arg) {
    (void)arg;
    mpyf_handle_pending();
    return MP_OBJ_NULL;
}

uint32_t mpyf_run_pending(mpyf_handle_t *out) {
    return mpyf_protect(pending_body, NULL, out);
}
