// What stands in for a file system where none is configured: nothing is found, nothing can be opened.

#include "py/builtin.h"
#include "py/lexer.h"
#include "py/mperrno.h"
#include "py/objstr.h"
#include "py/runtime.h"

#if !MICROPY_VFS

#if MICROPY_ENABLE_COMPILER || MICROPY_PY_IO
static __attribute__((noreturn)) void raise_no_file_system(void) {
    static const MP_DEFINE_STR_OBJ(message, "no file system");
    mp_obj_t args[] = { MP_OBJ_NEW_SMALL_INT(MP_ENODEV), MP_OBJ_FROM_PTR(&message) };
    nlr_raise(mp_obj_new_exception_args(&mp_type_OSError, MP_ARRAY_SIZE(args), args));
}
#endif

mp_import_stat_t mp_import_stat(const char *path) {
    (void)path;
    return MP_IMPORT_STAT_NO_EXIST;
}

#if MICROPY_ENABLE_COMPILER
mp_lexer_t *mp_lexer_new_from_file(qstr path) {
    (void)path;
    raise_no_file_system();
}
#endif

#if MICROPY_PY_IO
static mp_obj_t open_file(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    (void)n_args;
    (void)args;
    (void)kwargs;
    raise_no_file_system();
}
MP_DEFINE_CONST_FUN_OBJ_KW(mp_builtin_open_obj, 1, open_file);
#endif

#endif
