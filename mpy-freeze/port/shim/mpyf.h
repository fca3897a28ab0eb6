// The C interface between MicroPython and the Rust crate mpy-freeze-rt. It doesn't depend on how
// MicroPython is configured: Rust never sees an object of Python, only a handle for one.
#pragma once

#include <stddef.h>
#include <stdint.h>

// A handle is an index into a table of roots; the object stays alive until the handle is released.
// Zero is never the handle of an object.
typedef uint32_t mpyf_handle_t;

// How a call that can raise ends. What it leaves in its handle is the result, or the exception.
enum {
    MPYF_OK = 0,
    MPYF_RAISED = 1,
};

// How a start ends.
enum {
    MPYF_STARTED = 0,
    MPYF_HEAP_TOO_SMALL = 1,
    MPYF_STACK_TOO_SMALL = 2,
};

// What a Rust value is.
enum {
    MPYF_VALUE_NONE = 0,
    MPYF_VALUE_BOOL = 1,
    MPYF_VALUE_INT = 2,
    MPYF_VALUE_UINT = 3,
    MPYF_VALUE_FLOAT = 4,
    MPYF_VALUE_STR = 5,
    MPYF_VALUE_BYTES = 6,
    MPYF_VALUE_OBJECT = 7,
};

// A Rust value on its way to Python. Which of the fields count follows from the kind.
typedef struct _mpyf_value_t {
    uint64_t bits;
    const uint8_t *data;
    size_t len;
    uint32_t kind;
    mpyf_handle_t object;
} mpyf_value_t;

// An argument by name.
typedef struct _mpyf_keyword_t {
    const uint8_t *name;
    size_t name_len;
    mpyf_value_t value;
} mpyf_keyword_t;

// What a Rust function leaves: what kind of result, and a number, a truth or a handle that goes with it. Two words
// are what every C ABI returns in registers.
enum {
    MPYF_RETURN_NONE = 0,
    MPYF_RETURN_BOOL = 1,
    MPYF_RETURN_INT = 2,
    MPYF_RETURN_OBJECT = 3,
    MPYF_RETURN_RAISED = 4,
    // An iterator's end.
    MPYF_RETURN_STOP = 5,
    // A float: single precision where a word has 32 bits, double where it has 64.
    MPYF_RETURN_FLOAT = 6,
    // An operator that doesn't know the other operand's type.
    MPYF_RETURN_NOT_IMPLEMENTED = 7,
};
#if UINTPTR_MAX > 0xffffffff
typedef struct _mpyf_return_t {
    uintptr_t kind;
    intptr_t payload;
} mpyf_return_t;
#define MPYF_RETURN_KIND(result) ((result).kind)
#define MPYF_RETURN_PAYLOAD(result) ((result).payload)
static inline mpyf_return_t mpyf_return(uint32_t kind, intptr_t payload) {
    return (mpyf_return_t) { kind, payload };
}
#else
typedef uint64_t mpyf_return_t;
#define MPYF_RETURN_KIND(result) ((uint32_t)(result))
#define MPYF_RETURN_PAYLOAD(result) ((intptr_t)((result) >> 32))
static inline mpyf_return_t mpyf_return(uint32_t kind, intptr_t payload) {
    return (uint64_t)(uint32_t)payload << 32 | kind;
}
#endif

// A Rust function. It reads its arguments with the functions below that take a place.
typedef mpyf_return_t (*mpyf_call_t)(const void *args);

// The parameters of a function that takes keywords, or a varying number of arguments.
#define MPYF_MAX_PARAMS (16)
enum {
    MPYF_SIGNATURE_ARGS = 1,
    MPYF_SIGNATURE_KWARGS = 2,
};
typedef struct _mpyf_signature_t {
    // Which parameters must be given, the first in the lowest bit.
    uint32_t required;
    uint8_t flags;
    uint8_t n_params;
    // How many of them can be given by position, and how many only so.
    uint8_t n_positional;
    uint8_t n_positional_only;
    // Their names as qstrs.
    uint16_t names[];
} mpyf_signature_t;

// A function object. Its type says how many arguments it takes; that of any number has a signature.
typedef struct _mpyf_function_t {
    const void *type;
    mpyf_call_t call;
    const mpyf_signature_t *signature;
} mpyf_function_t;

// What can be asked of an object.
enum {
    MPYF_ASK_LESS = 0,
    MPYF_ASK_LESS_EQUAL = 1,
    MPYF_ASK_EQUAL = 2,
    MPYF_ASK_NOT_EQUAL = 3,
    MPYF_ASK_MORE = 4,
    MPYF_ASK_MORE_EQUAL = 5,
    // Whether the value is in the object.
    MPYF_ASK_CONTAINS = 6,
    // Whether the object is an instance of the value.
    MPYF_ASK_INSTANCE = 7,
    // Without a value.
    MPYF_ASK_HASH = 8,
    MPYF_ASK_CALLABLE = 9,
};
// An attribute that Rust reads and writes; what it doesn't do is NULL. `set` takes the object and the value.
typedef struct _mpyf_property_t {
    mpyf_call_t get;
    mpyf_call_t set;
    // Its name as a qstr.
    uintptr_t name;
} mpyf_property_t;

typedef struct _mpyf_properties_t {
    const mpyf_property_t *all;
    size_t n;
} mpyf_properties_t;

// What a class written in Rust has besides its dict.
typedef struct _mpyf_class_t {
    // The function that Python calls to make an instance, where there is one.
    const void *construct;
    // Properties that methods get and set, and those that are fields of the Rust type.
    mpyf_properties_t methods;
    mpyf_properties_t fields;
} mpyf_class_t;

// How an object becomes text.
enum {
    MPYF_TEXT_STR = 0,
    MPYF_TEXT_REPR = 1,
    MPYF_TEXT_TRACEBACK = 2,
};

// What is compiled.
enum {
    MPYF_SOURCE_STATEMENTS = 0,
    MPYF_SOURCE_EXPRESSION = 1,
};

typedef struct _mpyf_heap_info_t {
    size_t total;
    size_t used;
    size_t free;
    size_t max_free_block;
} mpyf_heap_info_t;

// What an interrupt handler asks for: that a callable is called. Its fields are the shim's.
typedef struct _mpyf_event_t {
    struct _mpyf_event_t *next;
    // The VM that the callable belongs to.
    uint32_t vm;
    mpyf_handle_t callable;
    int32_t arg;
    uint32_t pending;
} mpyf_event_t;

// What a bounded run keeps of the run around it.
typedef struct _mpyf_bound_t {
    uint64_t budget;
    uint64_t given;
    uint32_t exhausted;
} mpyf_bound_t;

// Takes a piece of text. It must return: whatever it calls may raise only behind the shim.
typedef void (*mpyf_write_t)(void *context, const char *text, size_t len);

uint32_t mpyf_start(uint8_t *heap, size_t heap_len, void *stack_top, size_t stack_bytes);
void mpyf_stop(void);
void mpyf_collect(void);
void mpyf_heap_info(mpyf_heap_info_t *info);

void mpyf_release(mpyf_handle_t handle);

uint32_t mpyf_import(const uint8_t *name, size_t name_len, mpyf_handle_t *out);
uint32_t mpyf_execute(const uint8_t *source, size_t source_len, const uint8_t *file, size_t file_len,
    uint32_t kind, mpyf_handle_t *out);

// The interactive prompt, until a soft reset is asked for. Without `Build::repl` it raises.
uint32_t mpyf_repl(mpyf_handle_t *out);

uint32_t mpyf_new(const mpyf_value_t *value, mpyf_handle_t *out);
uint32_t mpyf_attr(mpyf_handle_t object, const uint8_t *name, size_t name_len, mpyf_handle_t *out);
uint32_t mpyf_set_attr(mpyf_handle_t object, const uint8_t *name, size_t name_len,
    const mpyf_value_t *value, mpyf_handle_t *out);
// Leaves zero where there is no such attribute.
uint32_t mpyf_attr_or_none(mpyf_handle_t object, const uint8_t *name, size_t name_len, mpyf_handle_t *out);
uint32_t mpyf_del_attr(mpyf_handle_t object, const uint8_t *name, size_t name_len, mpyf_handle_t *out);
uint32_t mpyf_call(mpyf_handle_t callee, const mpyf_value_t *args, size_t n_args, mpyf_handle_t *out);
uint32_t mpyf_call_method(mpyf_handle_t object, const uint8_t *name, size_t name_len,
    const mpyf_value_t *args, size_t n_args, mpyf_handle_t *out);
// With arguments by name. Without a method's name, the object itself is called.
uint32_t mpyf_call_with(mpyf_handle_t object, const uint8_t *name, size_t name_len, const mpyf_value_t *args,
    size_t n_args, const mpyf_keyword_t *keywords, size_t n_keywords, mpyf_handle_t *out);
// Whether two handles are of one object.
uint32_t mpyf_is(mpyf_handle_t one, mpyf_handle_t other);
// What Python says of an object, which some questions compare with a value.
uint32_t mpyf_ask(mpyf_handle_t object, uint32_t question, const mpyf_value_t *value, intptr_t *answer,
    mpyf_handle_t *out);
// Items of a container. `mpyf_next` leaves zero where an iterator ends.
uint32_t mpyf_item(mpyf_handle_t object, const mpyf_value_t *key, mpyf_handle_t *out);
uint32_t mpyf_set_item(mpyf_handle_t object, const mpyf_value_t *key, const mpyf_value_t *value,
    mpyf_handle_t *out);
uint32_t mpyf_del_item(mpyf_handle_t object, const mpyf_value_t *key, mpyf_handle_t *out);
uint32_t mpyf_len(mpyf_handle_t object, size_t *len, mpyf_handle_t *out);
uint32_t mpyf_iter(mpyf_handle_t object, mpyf_handle_t *out);
uint32_t mpyf_next(mpyf_handle_t iterator, mpyf_handle_t *out);

// Reading objects. An object is named by its place: an index into a function's arguments, or with NULL for these into
// the table of handles.
uint32_t mpyf_is_given(const void *args, size_t index);
uint32_t mpyf_is_none(const void *args, size_t index);
mpyf_return_t mpyf_to_bool(const void *args, size_t index);
mpyf_return_t mpyf_to_word(const void *args, size_t index);
uint32_t mpyf_to_int(const void *args, size_t index, int64_t *value, mpyf_handle_t *out);
uint32_t mpyf_to_uint(const void *args, size_t index, uint64_t *value, mpyf_handle_t *out);
uint32_t mpyf_to_double(const void *args, size_t index, double *value, mpyf_handle_t *out);
#if UINTPTR_MAX <= 0xffffffff
mpyf_return_t mpyf_to_single(const void *args, size_t index);
#endif
// The payload is the address of the bytes.
mpyf_return_t mpyf_as_str(const void *args, size_t index, size_t *len);
mpyf_return_t mpyf_as_bytes(const void *args, size_t index, size_t *len);
uint32_t mpyf_as_buffer(const void *args, size_t index, uint32_t writable, uint8_t **data, size_t *len,
    mpyf_handle_t *out);
uint32_t mpyf_as_object(const void *args, size_t index, mpyf_handle_t *out);
void mpyf_type_name(const void *args, size_t index, const uint8_t **data, size_t *len);

// Making containers. A dict is made empty and gets its items one by one.
uint32_t mpyf_tuple(const mpyf_value_t *items, size_t n_items, mpyf_handle_t *out);
uint32_t mpyf_list(const mpyf_value_t *items, size_t n_items, mpyf_handle_t *out);
uint32_t mpyf_dict(mpyf_handle_t *out);
// A tuple or list of what Rust functions return. Their handles are released in any case.
uint32_t mpyf_tuple_returned(const mpyf_return_t *items, size_t n_items, mpyf_handle_t *out);
uint32_t mpyf_list_returned(const mpyf_return_t *items, size_t n_items, mpyf_handle_t *out);
// The items of a tuple as places: what is found lies at `*items` for as long as the tuple is there. Anything but a
// tuple of so many items raises.
uint32_t mpyf_tuple_items(const void *args, size_t index, size_t n_items, const void **items, mpyf_handle_t *out);
// The item of a tuple or list, which must have `n_items`.
uint32_t mpyf_sequence_item(const void *args, size_t index, size_t n_items, size_t item, mpyf_handle_t *out);

// A text that grows piece by piece, in an object that only Rust has, and the `str` that comes of it, once.
uint32_t mpyf_text_new(mpyf_handle_t *out);
uint32_t mpyf_text_add(mpyf_handle_t text, const uint8_t *piece, size_t len, mpyf_handle_t *out);
uint32_t mpyf_text_finish(mpyf_handle_t text, mpyf_handle_t *out);

// The globals of the module `__main__`.
uint32_t mpyf_main(mpyf_handle_t *out);

// Above zero while Rust is called from the middle of MicroPython's own work: the console, the clock, or
// whoever a text is written to. MicroPython may be halfway through a dict or list there, so nothing that
// runs Python is let in until Rust has returned. Rust itself counts here while it has a buffer in its hands that
// Python could change or free.
extern uint32_t mpyf_outside;
// Instances of classes written in Rust, whose type is `type`. A new one has no value yet. The payload is the address of
// the instance that an object is, or that it has inside: then `keeper` becomes a handle of that, and stays what it is
// otherwise.
uint32_t mpyf_new_instance(const void *type, size_t size, uint32_t finalise, void **instance, mpyf_handle_t *out);
mpyf_return_t mpyf_as_instance(const void *args, size_t index, const void *type, mpyf_handle_t *keeper);

uint32_t mpyf_text(mpyf_handle_t object, uint32_t kind, mpyf_handle_t *out);
uint32_t mpyf_write(mpyf_handle_t object, uint32_t kind, mpyf_write_t write, void *context,
    mpyf_handle_t *out);
// An exception of a type, with a message where its length isn't zero.
void mpyf_new_exception(const void *type, const uint8_t *message, size_t message_len, mpyf_handle_t *out);
// With any arguments.
void mpyf_new_exception_with(const void *type, const mpyf_value_t *args, size_t n_args, mpyf_handle_t *out);
uint32_t mpyf_exception_is(mpyf_handle_t object, const void *type);
uint32_t mpyf_exception_matches(mpyf_handle_t object, const uint8_t *name, size_t name_len);

// A Rust closure in an object of Python's. `mpyf_closure_new` makes the object with room for the closure's state,
// aligned to four machine words; the caller writes the state and says with `mpyf_closure_set` that it is there.
typedef mpyf_return_t (*mpyf_closure_call_t)(const void *state, const void *args, size_t n_args);
typedef void (*mpyf_closure_drop_t)(void *state);
uint32_t mpyf_closure_new(size_t state_bytes, void **state, mpyf_handle_t *out);
void mpyf_closure_set(mpyf_handle_t closure, mpyf_closure_call_t call, mpyf_closure_drop_t drop);
// Raises what MicroPython says of a wrong number of arguments, if it is one.
uint32_t mpyf_check_count(size_t n_args, size_t wanted, mpyf_handle_t *out);

// Events. `fire` and `keyboard_interrupt` may be called from interrupt handlers, and from any thread; they say
// whether there is a VM that will see to it.
uint32_t mpyf_event_on(mpyf_event_t *event, mpyf_handle_t callable, mpyf_handle_t *out);
void mpyf_event_off(mpyf_event_t *event);
uint32_t mpyf_event_fire(mpyf_event_t *event, int32_t arg);
uint32_t mpyf_keyboard_interrupt(void);
// The same for a byte of the console's input, if it is the one that interrupts; it says whether it was.
uint32_t mpyf_interrupted_by(uint8_t byte);
uint32_t mpyf_run_pending(mpyf_handle_t *out);

// A run of at most so many steps. The end says whether they were used up.
void mpyf_bound_begin(uint64_t steps, mpyf_bound_t *outer);
uint32_t mpyf_bound_end(const mpyf_bound_t *outer);

// What the board provides, in Rust. None of it raises or unwinds. On a system with threads the critical sections are
// the port's.
void mpyf_platform_write(const uint8_t *data, size_t len);
int32_t mpyf_platform_read(void);
uint64_t mpyf_platform_ticks_us(void);
// Nanoseconds since 1970, or 0 where the board doesn't know.
uint64_t mpyf_platform_now_ns(void);
// Returns where the board can't.
void mpyf_platform_reset(void);
// Fills the memory with bytes that nobody can foresee, and says whether it could.
uint32_t mpyf_platform_entropy(uint8_t *data, size_t len);
void mpyf_platform_idle(void);
void mpyf_platform_poll(void);
uintptr_t mpyf_platform_enter_critical(void);
void mpyf_platform_leave_critical(uintptr_t state);
__attribute__((noreturn)) void mpyf_platform_fatal(const char *message, size_t len);
