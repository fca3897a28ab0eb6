// The VM that runs manifests: it gets Python source from the build, runs it, and tells how it ended.

#include <string.h>
#include <unistd.h>

#include "py/builtin.h"
#include "py/compile.h"
#include "py/gc.h"
#include "py/lexer.h"
#include "py/objexcept.h"
#include "py/objtype.h"
#include "py/runtime.h"
#include "shared/runtime/gchelper.h"

#include "manifest.h"

#define HEAP_BYTES (16 * 1024 * 1024)
#define STACK_BYTES (512 * 1024)

// A second or two of a machine of today. The manifests of MicroPython's own ports take less than a hundredth.
#define STEPS (500ull * 1000 * 1000)
// What a collection costs, for a manifest that keeps the heap full. It isn't counted branch by branch because
// the collector looks at addresses, which differ from run to run.
#define STEPS_OF_A_COLLECTION (200 * 1000)

static char heap[HEAP_BYTES] __attribute__((aligned(16)));
MP_REGISTER_ROOT_POINTER(mp_obj_dict_t *mpym_prelude);

// What manifests get besides functions.
static const char prelude_text[] =
    "class ManifestFileError(Exception):\n"
    "    pass\n"
    "class ManifestBudget(BaseException):\n"
    "    pass\n"
    "budget = ManifestBudget('budget')\n"
    "class IncludeOptions:\n"
    "    def __init__(self, given):\n"
    "        self._given = given\n"
    "        self._otherwise = {}\n"
    "    def defaults(self, **kwargs):\n"
    "        self._otherwise = kwargs\n"
    "    def __getattr__(self, name):\n"
    "        if name in self._given:\n"
    "            return self._given[name]\n"
    "        return self._otherwise.get(name)\n"
    "class Metadata:\n"
    "    def __init__(self, fields):\n"
    "        for name in fields:\n"
    "            setattr(self, name, fields[name])\n";

mp_obj_t mpym_prelude(qstr name) {
    mp_obj_t key = MP_OBJ_NEW_QSTR(name);
    mp_map_elem_t *found = mp_map_lookup(&MP_STATE_VM(mpym_prelude)->map, key, MP_MAP_LOOKUP);
    if (found == NULL) {
        // Not through the globals, where a manifest may have given the name to something else.
        mp_map_t *builtins = (mp_map_t *)&mp_module_builtins_globals.map;
        found = mp_map_lookup(builtins, key, MP_MAP_LOOKUP);
    }
    return found != NULL ? found->value : MP_OBJ_FROM_PTR(&mp_type_Exception);
}

mp_obj_t mpym_budget_exception(void) {
    return mpym_prelude(MP_QSTR_budget);
}

static void execute(const char *text, size_t len, qstr file, mp_obj_dict_t *globals) {
    mp_lexer_t *lexer = mp_lexer_new_from_str_len(file, text, len, 0);
    mp_parse_compile_execute(lexer, MP_PARSE_FILE_INPUT, globals, globals);
}

// The names that a manifest starts with, then its source.
static void execute_message(mpym_cursor_t *cursor, mp_map_t *kwargs) {
    size_t len, text_len;
    const char *name = mpym_take_text(cursor, &len);
    qstr file = qstr_from_strn(name, len);
    mp_obj_dict_t *globals = MP_OBJ_TO_PTR(mp_obj_new_dict(0));
    uint32_t functions = mpym_take_number(cursor);
    for (uint32_t i = 0; i < functions; i++) {
        name = mpym_take_text(cursor, &len);
        mp_obj_t key = MP_OBJ_NEW_QSTR(qstr_from_strn(name, len));
        mp_obj_dict_store(MP_OBJ_FROM_PTR(globals), key, mpym_function(name, len));
    }
    // The options stay in here, so that they can be any object.
    mp_obj_t given = mp_obj_new_dict(0);
    uint32_t options = mpym_take_number(cursor);
    for (uint32_t i = 0; i < options; i++) {
        name = mpym_take_text(cursor, &len);
        mp_obj_t key = MP_OBJ_NEW_QSTR(qstr_from_strn(name, len));
        mp_map_elem_t *option = kwargs ? mp_map_lookup(kwargs, key, MP_MAP_LOOKUP) : NULL;
        if (option != NULL) {
            mp_obj_dict_store(given, key, option->value);
        }
    }
    mp_obj_t includes = mp_call_function_1(mpym_prelude(MP_QSTR_IncludeOptions), given);
    mp_obj_dict_store(MP_OBJ_FROM_PTR(globals), MP_OBJ_NEW_QSTR(MP_QSTR_options), includes);
    const char *text = mpym_take_text(cursor, &text_len);
    execute(text, text_len, file, globals);
}

static void print_into(void *message, const char *text, size_t len) {
    mpym_put_bytes(message, text, len);
}

// The text of an exception, which a class of the manifest's own may fail to give.
static void put_reason(mpym_message_t *result, mp_obj_t exception) {
    mpym_message_t text = { 0 };
    mpym_message_t *volatile held = &text;
    mpym_message_t *volatile answer = result;
    const mp_print_t print = { &text, print_into };
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_print_helper(&print, exception, PRINT_STR);
        nlr_pop();
    }
    mpym_put_text(answer, (const char *)held->bytes, held->too_long ? 0 : held->len);
    mpym_drop(held);
}

// Where it was raised, innermost first: files and lines.
static void put_places(mpym_message_t *result, mp_obj_t exception) {
    size_t len = 0;
    size_t *values = NULL;
    mp_obj_exception_get_traceback(exception, &len, &values);
    mpym_put_number(result, (uint32_t)(len / 3));
    for (size_t i = 0; i + 2 < len; i += 3) {
        const char *file = qstr_str(values[i]);
        mpym_put_text(result, file, strlen(file));
        mpym_put_number(result, (uint32_t)values[i + 1]);
    }
}

static void put_failure(mpym_message_t *result, mp_obj_t exception) {
    const mp_obj_type_t *type = mp_obj_get_type(exception);
    bool catchable = mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(type), MP_OBJ_FROM_PTR(&mp_type_Exception));
    mpym_put_tag(result, 'F');
    mpym_put_tag(result, catchable ? 't' : 'f');
    const char *name = qstr_str(type->name);
    mpym_put_text(result, name, strlen(name));
    put_reason(result, exception);
    put_places(result, exception);
}

bool mpym_run(mpym_cursor_t *cursor, mp_map_t *kwargs, mpym_message_t *result, mp_obj_t *raised) {
    // The compiler doesn't know that nlr_push returns twice: without volatile it may give the place of what is
    // needed only after an exception to something else.
    mp_obj_dict_t *volatile globals = mp_globals_get();
    mp_obj_dict_t *volatile locals = mp_locals_get();
    mpym_message_t *volatile answer = result;
    mp_obj_t *volatile raised_out = raised;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        execute_message(cursor, kwargs);
        nlr_pop();
        mpym_put_tag(answer, 'D');
        return true;
    }
    mp_globals_set(globals);
    mp_locals_set(locals);
    *raised_out = MP_OBJ_FROM_PTR(nlr.ret_val);
    put_failure(answer, *raised_out);
    if (answer->too_long) {
        mpym_give_up("the exception is too long to tell");
    }
    return false;
}

static void converse(void) {
    mpym_message_t message;
    while (mpym_receive(&message)) {
        mpym_cursor_t cursor = { message.bytes, message.len };
        if (mpym_take_tag(&cursor) != 'X') {
            mpym_give_up("the build sent an unknown message");
        }
        mpym_message_t result = { 0 };
        mp_obj_t raised;
        mpym_run(&cursor, NULL, &result, &raised);
        mpym_drop(&message);
        mpym_send(&result);
    }
}

static void start(void *stack_top) {
    MP_STATE_THREAD(stack_top) = stack_top;
    MP_STATE_THREAD(stack_limit) = STACK_BYTES;
    gc_init(heap, heap + sizeof(heap));
    mp_init();
    MP_STATE_VM(mpym_prelude) = MP_OBJ_TO_PTR(mp_obj_new_dict(0));
    execute(prelude_text, sizeof(prelude_text) - 1, MP_QSTR_, MP_STATE_VM(mpym_prelude));
    mpym_budget_start(STEPS);
}

int main(void) {
    // A local of main lies above every frame that can hold an object.
    void *volatile top = NULL;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        start((void *)&top);
        converse();
        nlr_pop();
        return 0;
    }
    mpym_give_up("an exception was raised outside of a manifest");
}

void gc_collect(void) {
    mpym_budget_charge(STEPS_OF_A_COLLECTION);
    gc_collect_start();
    gc_helper_collect_regs_and_stack();
    gc_collect_end();
}

__attribute__((noreturn)) void nlr_jump_fail(void *value) {
    (void)value;
    mpym_give_up("an exception was raised outside of a manifest");
}
