// Modules written in Rust, which an import finds before MicroPython's own.

#include "py/objmodule.h"
#include "py/runtime.h"

// The modules by their names.
extern const mp_map_t mpyf_rust_modules;

// What objmodule.c has under the name of the function below; the build compiles that file with another name for it.
mp_obj_t mpyf_c_builtin_module(qstr module_name, bool extensible);

static mp_obj_t rust_module(qstr name) {
    mp_map_elem_t *entry = mp_map_lookup((mp_map_t *)&mpyf_rust_modules, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP);
    return entry == NULL ? MP_OBJ_NULL : entry->value;
}

// MicroPython looks for modules that can't be replaced by files first, and for the others after the files. A module
// of Rust's is one of the first.
mp_obj_t mp_module_get_builtin(qstr module_name, bool extensible) {
    mp_obj_t module = extensible ? MP_OBJ_NULL : rust_module(module_name);
    if (module == MP_OBJ_NULL) {
        return mpyf_c_builtin_module(module_name, extensible);
    }
    mp_obj_t dest[2];
    mp_load_method_maybe(module, MP_QSTR___init__, dest);
    if (dest[0] != MP_OBJ_NULL) {
        mp_call_method_n_kw(0, 0, dest);
    }
    return module;
}
