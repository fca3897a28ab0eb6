// Running Python: modules by import, and source text where the firmware has a compiler.

#include "py/compile.h"
#include "py/lexer.h"
#include "py/parse.h"
#include "py/runtime.h"

#include "shim/internal.h"

typedef struct {
    const char *text;
    size_t text_len;
    const char *file;
    size_t file_len;
    uint32_t kind;
} source_t;

static mp_obj_t import_body(void *arg) {
    const source_t *source = arg;
    qstr name = qstr_from_strn(source->text, source->text_len);
    // With a list of names to import, the import of a dotted name gives the last module of it.
    return mp_import_name(name, mp_const_empty_tuple, MP_OBJ_NEW_SMALL_INT(0));
}

uint32_t mpyf_import(const uint8_t *name, size_t name_len, mpyf_handle_t *out) {
    source_t source = { (const char *)name, name_len, NULL, 0, 0 };
    return mpyf_protect(import_body, &source, out);
}

static mp_obj_t execute_body(void *arg) {
    #if MICROPY_ENABLE_COMPILER
    const source_t *source = arg;
    qstr file = qstr_from_strn(source->file, source->file_len);
    mp_lexer_t *lexer = mp_lexer_new_from_str_len(file, source->text, source->text_len, 0);
    mp_parse_input_kind_t input = source->kind == MPYF_SOURCE_EXPRESSION
        ? MP_PARSE_EVAL_INPUT : MP_PARSE_FILE_INPUT;
    mp_obj_dict_t *globals = &MP_STATE_VM(dict_main);
    return mp_parse_compile_execute(lexer, input, globals, globals);
    #else
    (void)arg;
    mp_raise_NotImplementedError(MP_ERROR_TEXT("no compiler in this firmware"));
    #endif
}

uint32_t mpyf_execute(const uint8_t *text, size_t text_len, const uint8_t *file, size_t file_len,
    uint32_t kind, mpyf_handle_t *out) {
    source_t source = { (const char *)text, text_len, (const char *)file, file_len, kind };
    return mpyf_protect(execute_body, &source, out);
}
