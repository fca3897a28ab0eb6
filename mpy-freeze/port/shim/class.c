// Classes written in Rust: what MicroPython asks of a type, answered by the functions in the class's own dict.
//
// A class has one function object for each of its methods, `__add__` and the like included. The functions below stand
// in the slots of every such class, and find there the method that Python calls the operation by.

#include "py/objstr.h"
#include "py/objtype.h"
#include "py/runtime.h"

#include "shim/internal.h"

#if MICROPY_VERSION >= MICROPY_MAKE_VERSION(1, 25, 0)
#include "py/cstack.h"
#define CHECK_STACK() mp_cstack_check()
#else
#include "py/stackctrl.h"
#define CHECK_STACK() mp_stack_check()
#endif

// ---------------------------------------------------------------------------------------------
// Classes and their members.

// The first of a class's slots is none of MicroPython's.
static const mpyf_class_t *class_of(const mp_obj_type_t *type) {
    return type->slots[0];
}

// The base of a class is another class of Rust's, or there is none.
static const mp_obj_type_t *base_of(const mp_obj_type_t *type) {
    return MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, parent);
}

// A member of a class or one of its bases, or MP_OBJ_NULL.
static mp_obj_t member_of(const mp_obj_type_t *type, qstr name) {
    for (; type != NULL; type = base_of(type)) {
        mp_map_t *map = &MP_OBJ_TYPE_GET_SLOT(type, locals_dict)->map;
        mp_map_elem_t *entry = mp_map_lookup(map, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP);
        if (entry != NULL) {
            return entry->value;
        }
    }
    return MP_OBJ_NULL;
}

// The method that an operation of `self` calls, or MP_OBJ_NULL where its class has none.
static mp_obj_t method_of(mp_obj_t self, qstr name) {
    return name == MP_QSTRnull ? MP_OBJ_NULL : member_of(mp_obj_get_type(self), name);
}

// Calls a method whose number of arguments is fixed, which the macros have seen to.
static mpyf_return_t call_fixed(mp_obj_t method, const mp_obj_t *args) {
    CHECK_STACK();
    const mpyf_function_t *function = MP_OBJ_TO_PTR(method);
    return function->call(args);
}

static mp_obj_t result_of(mp_obj_t method, const mp_obj_t *args) {
    return mpyf_returned(call_fixed(method, args));
}

// ---------------------------------------------------------------------------------------------
// Instances.

// How every instance begins. The value of the Rust type follows.
typedef struct {
    mp_obj_base_t base;
    // Zero while there is no value, which is Rust's business otherwise.
    size_t state;
} instance_t;

typedef struct {
    const mp_obj_type_t *type;
    size_t size;
    uint32_t finalise;
    instance_t *instance;
} creation_t;

static mp_obj_t create_body(void *arg) {
    creation_t *creation = arg;
    #if MICROPY_ENABLE_FINALISER
    instance_t *instance = creation->finalise ? m_malloc_with_finaliser(creation->size) : m_malloc(creation->size);
    #else
    instance_t *instance = m_malloc(creation->size);
    #endif
    instance->base.type = creation->type;
    instance->state = 0;
    creation->instance = instance;
    return MP_OBJ_FROM_PTR(instance);
}

uint32_t mpyf_new_instance(const void *type, size_t size, uint32_t finalise, void **instance, mpyf_handle_t *out) {
    creation_t creation = { type, size, finalise, NULL };
    uint32_t status = mpyf_protect(create_body, &creation, out);
    *instance = creation.instance;
    return status;
}

typedef struct {
    mp_obj_t object;
    const mp_obj_type_t *type;
    mp_obj_t instance;
} cast_t;

static bool is_of(mp_obj_t object, const mp_obj_type_t *type) {
    return mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(object)), MP_OBJ_FROM_PTR(type));
}

// An instance of a Python class that is derived from one of Rust's has one of Rust's inside. It is the object that
// Rust is given, and kept while Rust has it: a second `super().__init__()` puts another one in its place.
static mp_obj_t cast_body(void *arg) {
    cast_t *cast = arg;
    if (!is_of(cast->object, cast->type)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("can't convert '%q' object to %q implicitly"),
            (qstr)mp_obj_get_type(cast->object)->name, (qstr)cast->type->name);
    }
    if (!mp_obj_is_instance_type(mp_obj_get_type(cast->object))) {
        cast->instance = cast->object;
        return MP_OBJ_NULL;
    }
    cast->instance = mp_obj_cast_to_native_base(cast->object, MP_OBJ_FROM_PTR(cast->type));
    // Before the class's own constructor ran, something else stands in the instance's place.
    if (!is_of(cast->instance, cast->type)) {
        mp_raise_TypeError(MP_ERROR_TEXT("call super().__init__() first"));
    }
    return cast->instance;
}

static __attribute__((noinline)) mpyf_return_t as_other_instance(mp_obj_t object, const void *type,
    mpyf_handle_t *keeper) {
    cast_t cast = { object, type, MP_OBJ_NULL };
    mpyf_handle_t kept;
    if (mpyf_protect(cast_body, &cast, &kept) != MPYF_OK) {
        return mpyf_return(MPYF_RETURN_RAISED, kept);
    }
    *keeper = kept;
    return mpyf_return(MPYF_RETURN_INT, (intptr_t)MP_OBJ_TO_PTR(cast.instance));
}

mpyf_return_t mpyf_as_instance(const void *args, size_t index, const void *type, mpyf_handle_t *keeper) {
    mp_obj_t object = mpyf_in_place(args, index);
    if (mp_obj_is_exact_type(object, type)) {
        return mpyf_return(MPYF_RETURN_INT, (intptr_t)MP_OBJ_TO_PTR(object));
    }
    return as_other_instance(object, type, keeper);
}

// ---------------------------------------------------------------------------------------------
// The slots.

mp_obj_t mpyf_class_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    const mp_obj_base_t *construct = class_of(type)->construct;
    return MP_OBJ_TYPE_GET_SLOT(construct->type, call)(MP_OBJ_FROM_PTR(construct), n_args, n_kw, args);
}

// Python calls `__repr__` where there is no `__str__`, and not the other way round.
void mpyf_class_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
    mp_obj_t method = kind == PRINT_STR ? method_of(self, MP_QSTR___str__) : MP_OBJ_NULL;
    if (method == MP_OBJ_NULL) {
        method = method_of(self, MP_QSTR___repr__);
    }
    if (method == MP_OBJ_NULL) {
        mp_printf(print, "<%s object at %p>", mp_obj_get_type_str(self), MP_OBJ_TO_PTR(self));
        return;
    }
    mp_obj_t text = result_of(method, &self);
    if (!mp_obj_is_str(text)) {
        mp_raise_TypeError(MP_ERROR_TEXT("__str__ and __repr__ return a str"));
    }
    mp_obj_print_helper(print, text, PRINT_STR);
}

mp_obj_t mpyf_class_call(mp_obj_t self, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    CHECK_STACK();
    mp_obj_t method = method_of(self, MP_QSTR___call__);
    return mp_call_method_self_n_kw(method, self, n_args, n_kw, args);
}

// An object is hashed by its identity, unless it compares by another.
static mp_obj_t default_unary_op(mp_unary_op_t op, mp_obj_t self) {
    if (op != MP_UNARY_OP_HASH || method_of(self, MP_QSTR___eq__) != MP_OBJ_NULL) {
        return MP_OBJ_NULL;
    }
    return MP_OBJ_NEW_SMALL_INT((mp_uint_t)(uintptr_t)MP_OBJ_TO_PTR(self));
}

mp_obj_t mpyf_class_unary_op(mp_unary_op_t op, mp_obj_t self) {
    mp_obj_t method = method_of(self, mp_unary_op_method_name[op]);
    if (method == MP_OBJ_NULL) {
        return default_unary_op(op, self);
    }
    mp_obj_t result = result_of(method, &self);
    switch (op) {
        case MP_UNARY_OP_HASH:
            // Any int is cut to what MicroPython has for a hash.
            return MP_OBJ_NEW_SMALL_INT((mp_uint_t)mp_obj_get_int_truncated(result));
        case MP_UNARY_OP_BOOL:
            if (!mp_obj_is_bool(result)) {
                mp_raise_TypeError(MP_ERROR_TEXT("__bool__ returns a bool"));
            }
            return result;
        case MP_UNARY_OP_INT_MAYBE:
            if (!mp_obj_is_int(result)) {
                mp_raise_TypeError(MP_ERROR_TEXT("__int__ returns an int"));
            }
            return result;
        default:
            return result;
    }
}

// MP_OBJ_NULL lets MicroPython ask the other operand, and raise TypeError where that can't either.
mp_obj_t mpyf_class_binary_op(mp_binary_op_t op, mp_obj_t self, mp_obj_t other) {
    mp_obj_t method = method_of(self, mp_binary_op_method_name[op]);
    if (method == MP_OBJ_NULL) {
        return MP_OBJ_NULL;
    }
    const mp_obj_t args[2] = { self, other };
    mpyf_return_t returned = call_fixed(method, args);
    if (MPYF_RETURN_KIND(returned) == MPYF_RETURN_NOT_IMPLEMENTED) {
        return MP_OBJ_NULL;
    }
    mp_obj_t result = mpyf_returned(returned);
    #if MICROPY_PY_BUILTINS_NOTIMPLEMENTED
    if (result == MP_OBJ_FROM_PTR(&mp_const_notimplemented_obj)) {
        return MP_OBJ_NULL;
    }
    #endif
    return op == MP_BINARY_OP_CONTAINS ? mp_obj_new_bool(mp_obj_is_true(result)) : result;
}

mp_obj_t mpyf_class_subscr(mp_obj_t self, mp_obj_t index, mp_obj_t value) {
    const mp_obj_t args[3] = { self, index, value };
    const bool loads = value == MP_OBJ_SENTINEL;
    const bool deletes = value == MP_OBJ_NULL;
    mp_obj_t method =
        method_of(self, loads ? MP_QSTR___getitem__ : deletes ? MP_QSTR___delitem__ : MP_QSTR___setitem__);
    if (method == MP_OBJ_NULL) {
        return MP_OBJ_NULL;
    }
    mp_obj_t result = result_of(method, args);
    return loads ? result : mp_const_none;
}

mp_obj_t mpyf_class_iter(mp_obj_t self, mp_obj_iter_buf_t *buffer) {
    (void)buffer;
    return result_of(method_of(self, MP_QSTR___iter__), &self);
}

mp_obj_t mpyf_class_next(mp_obj_t self) {
    mpyf_return_t returned = call_fixed(method_of(self, MP_QSTR___next__), &self);
    if (MPYF_RETURN_KIND(returned) == MPYF_RETURN_STOP) {
        return MP_OBJ_STOP_ITERATION;
    }
    return mpyf_returned(returned);
}

// ---------------------------------------------------------------------------------------------
// Attributes.

static const mpyf_property_t *find(const mpyf_properties_t *properties, qstr name) {
    const mpyf_property_t *end = properties->all + properties->n;
    for (const mpyf_property_t *property = properties->all; property < end; property++) {
        if (property->name == name) {
            return property;
        }
    }
    return NULL;
}

static const mpyf_property_t *property_of(const mp_obj_type_t *type, qstr name) {
    const mpyf_class_t *class = class_of(type);
    const mpyf_property_t *property = find(&class->methods, name);
    return property == NULL ? find(&class->fields, name) : property;
}

static void load(mp_obj_t self, qstr name, mp_obj_t *dest) {
    const mp_obj_type_t *self_type = mp_obj_get_type(self);
    for (const mp_obj_type_t *type = self_type; type != NULL; type = base_of(type)) {
        const mpyf_property_t *property = property_of(type, name);
        if (property != NULL) {
            if (property->get == NULL) {
                mp_raise_msg(&mp_type_AttributeError, MP_ERROR_TEXT("unreadable attribute"));
            }
            dest[0] = mpyf_returned(property->get(&self));
            return;
        }
        mp_map_t *map = &MP_OBJ_TYPE_GET_SLOT(type, locals_dict)->map;
        mp_map_elem_t *entry = mp_map_lookup(map, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP);
        if (entry != NULL) {
            mp_convert_member_lookup(self, self_type, entry->value, dest);
            return;
        }
    }
}

// Looks for an attribute in a class and its bases, and says whether there is one. It is a property, or else something
// that hides a property of a base.
static bool find_attribute(const mp_obj_type_t *type, qstr name, const mpyf_property_t **property) {
    for (; type != NULL; type = base_of(type)) {
        *property = property_of(type, name);
        mp_map_t *map = &MP_OBJ_TYPE_GET_SLOT(type, locals_dict)->map;
        if (*property != NULL || mp_map_lookup(map, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP) != NULL) {
            return true;
        }
    }
    return false;
}

static void set(const mpyf_property_t *property, mp_obj_t self, mp_obj_t value) {
    const mp_obj_t args[2] = { self, value };
    mpyf_returned(property->set(args));
}

// MicroPython looks into the dict of an object's own class only, so the bases are gone through here.
void mpyf_class_attr(mp_obj_t self, qstr name, mp_obj_t *dest) {
    if (dest[0] == MP_OBJ_NULL) {
        load(self, name, dest);
        return;
    }
    const mpyf_property_t *property = NULL;
    find_attribute(mp_obj_get_type(self), name, &property);
    if (property != NULL && property->set != NULL && dest[1] != MP_OBJ_NULL) {
        set(property, self, dest[1]);
        dest[0] = MP_OBJ_NULL;
    }
}

// ---------------------------------------------------------------------------------------------
// Attributes of objects whose Python class is derived from one of Rust's.
//
// MicroPython asks a native base for what it reads, and never where it writes: that goes into the object's own dict.
// In Python a property comes first. So the build compiles runtime.c with another name for its function that writes, and
// the one below stands before it.

// The class of Rust's that a class is or is derived from, or NULL. There is one native base at most, and one without
// properties needn't be asked.
static const mp_obj_type_t *rust_class_of(const mp_obj_type_t *type) {
    while (mp_obj_is_instance_type(type)) {
        const mp_obj_base_t *parent = MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, parent);
        if (parent == NULL) {
            return NULL;
        }
        if (parent->type == &mp_type_tuple) {
            const mp_obj_tuple_t *bases = (const mp_obj_tuple_t *)parent;
            const mp_obj_type_t *found = NULL;
            for (size_t i = 0; i < bases->len && found == NULL; i++) {
                found = rust_class_of(MP_OBJ_TO_PTR(bases->items[i]));
            }
            return found;
        }
        type = (const mp_obj_type_t *)parent;
    }
    return MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, attr) == mpyf_class_attr ? type : NULL;
}

// As `find_attribute`, through the Python classes before the one of Rust's, in the order in which Python looks.
static bool find_in_derived(const mp_obj_type_t *type, qstr name, const mpyf_property_t **property) {
    while (mp_obj_is_instance_type(type)) {
        mp_map_t *map = &MP_OBJ_TYPE_GET_SLOT(type, locals_dict)->map;
        if (mp_map_lookup(map, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP) != NULL) {
            return true;
        }
        const mp_obj_base_t *parent = MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, parent);
        if (parent == NULL) {
            return false;
        }
        if (parent->type == &mp_type_tuple) {
            const mp_obj_tuple_t *bases = (const mp_obj_tuple_t *)parent;
            bool found = false;
            for (size_t i = 0; i < bases->len && !found; i++) {
                found = find_in_derived(MP_OBJ_TO_PTR(bases->items[i]), name, property);
            }
            return found;
        }
        type = (const mp_obj_type_t *)parent;
    }
    return rust_class_of(type) != NULL && find_attribute(type, name, property);
}

// Whether a Python class has a method of its own for what is done to an attribute, which then sees to all of them.
static bool has_accessor(mp_obj_t self, mp_obj_t value) {
    #if MICROPY_PY_DELATTR_SETATTR
    if (mp_obj_get_type(self)->flags & MP_TYPE_FLAG_HAS_SPECIAL_ACCESSORS) {
        mp_obj_t accessor[2];
        mp_load_method_maybe(self, value == MP_OBJ_NULL ? MP_QSTR___delattr__ : MP_QSTR___setattr__, accessor);
        return accessor[0] != MP_OBJ_NULL;
    }
    #else
    (void)self;
    (void)value;
    #endif
    return false;
}

// Writes an attribute that is a property of Rust's, or says that it is none.
static __attribute__((noinline)) bool store_property(mp_obj_t self, qstr name, mp_obj_t value) {
    const mp_obj_type_t *type = mp_obj_get_type(self);
    const mpyf_property_t *property = NULL;
    if (rust_class_of(type) != NULL && !has_accessor(self, value)) {
        find_in_derived(type, name, &property);
    }
    if (property == NULL) {
        return false;
    }
    if (value == MP_OBJ_NULL || property->set == NULL) {
        mp_raise_msg_varg(&mp_type_AttributeError, MP_ERROR_TEXT("'%s' object has no attribute '%q'"),
            mp_obj_get_type_str(self), name);
    }
    set(property, self, value);
    return true;
}

void mp_store_attr(mp_obj_t self, qstr name, mp_obj_t value) {
    // Objects of other classes are spared the call.
    bool is_instance = mp_obj_is_obj(self) && mp_obj_is_instance_type(((mp_obj_base_t *)MP_OBJ_TO_PTR(self))->type);
    if (!is_instance || !store_property(self, name, value)) {
        mpyf_c_store_attr(self, name, value);
    }
}
