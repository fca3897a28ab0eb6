// The tables of dicts, sets, instances and modules, in place of MicroPython's py/map.c.
//
// Comparing and hashing keys can run Python, which can change the very table that is being searched, and any
// allocation can fail. MicroPython keeps pointers into the table meanwhile, and changes its idea of the table's size
// before there is one of that size. Here a search holds positions only, and begins again where a comparison has
// changed the table; and a table takes the place of a smaller one when it is complete.

#include <string.h>

#include "py/mpstate.h"
#include "py/runtime.h"

#define NOWHERE ((size_t)-1)

// The next size of a table that is full: by two as long as that fills the collector's blocks, then by a third, and odd.
static size_t larger(size_t alloc) {
    return alloc < 12 ? (alloc & ~(size_t)1) + 2 : (alloc + alloc / 3) | 1;
}

static inline bool is_filled(mp_obj_t key) {
    return key != MP_OBJ_NULL && key != MP_OBJ_SENTINEL;
}

static inline mp_uint_t hash_of(mp_obj_t key) {
    if (mp_obj_is_qstr(key)) {
        return qstr_hash(MP_OBJ_QSTR_VALUE(key));
    }
    return MP_OBJ_SMALL_INT_VALUE(mp_unary_op(MP_UNARY_OP_HASH, key));
}

// Two objects that lie in their words, and aren't the same.
static inline bool differ_at_sight(mp_obj_t left, mp_obj_t right) {
    return (mp_obj_is_small_int(left) && mp_obj_is_small_int(right)) || (mp_obj_is_qstr(left) && mp_obj_is_qstr(right));
}

// Maps and sets are searched alike; `is_map` is known to the compiler wherever these are called.
static inline __attribute__((always_inline)) const mp_obj_t *keys_of(const void *table, bool is_map) {
    return is_map ? (const mp_obj_t *)((const mp_map_t *)table)->table : ((const mp_set_t *)table)->table;
}

static inline __attribute__((always_inline)) size_t alloc_of(const void *table, bool is_map) {
    return is_map ? ((const mp_map_t *)table)->alloc : ((const mp_set_t *)table)->alloc;
}

// Whether there is the key, and where; or else where there is room for it, which can be NOWHERE.
static inline __attribute__((always_inline)) bool search(const void *table, bool is_map, mp_obj_t key, mp_uint_t hash, bool by_identity, size_t *place) {
    const size_t stride = is_map ? sizeof(mp_map_elem_t) / sizeof(mp_obj_t) : 1;
again:;
    const mp_obj_t *keys = keys_of(table, is_map);
    size_t alloc = alloc_of(table, is_map);
    size_t room = NOWHERE;
    size_t pos = alloc == 0 ? 0 : hash % alloc;
    for (size_t left = alloc; left != 0; left--) {
        mp_obj_t found = keys[pos * stride];
        if (found == key) {
            *place = pos;
            return true;
        }
        if (!is_filled(found)) {
            if (room == NOWHERE) {
                room = pos;
            }
            if (found == MP_OBJ_NULL) {
                break;
            }
        } else if (!by_identity && !differ_at_sight(found, key)) {
            bool equal = mp_obj_equal(found, key);
            if (keys_of(table, is_map) != keys || alloc_of(table, is_map) != alloc || keys[pos * stride] != found) {
                goto again;
            }
            if (equal) {
                *place = pos;
                return true;
            }
        }
        if (++pos == alloc) {
            pos = 0;
        }
    }
    if (room != NOWHERE && is_filled(keys[room * stride])) {
        goto again;
    }
    *place = room;
    return false;
}

// Where a key goes in a new table, which has room for it.
static inline __attribute__((always_inline)) size_t place_in(const mp_obj_t *keys, size_t alloc, size_t stride, mp_uint_t hash) {
    size_t pos = hash % alloc;
    while (keys[pos * stride] != MP_OBJ_NULL) {
        if (++pos == alloc) {
            pos = 0;
        }
    }
    return pos;
}

// What remains where a key was: the end of a search, if the next place is one.
static inline mp_obj_t mark_before(mp_obj_t next) {
    return next == MP_OBJ_NULL ? MP_OBJ_NULL : MP_OBJ_SENTINEL;
}

#if MICROPY_OPT_MAP_LOOKUP_CACHE

// Where a key was when it was found the last time, in whatever map of its kind. The place of a name is even (in the object
// representations A and B), and the odd one beside it is for maps that are lists, as tables in ROM are: to search those takes
// long, and without a place of their own other names would take it from theirs again and again.
static inline uint8_t *last_place(const mp_map_t *map, mp_obj_t key) {
    return &MP_STATE_VM(map_lookup_cache)[((uintptr_t)key >> 2 | map->is_ordered) % MICROPY_OPT_MAP_LOOKUP_CACHE_SIZE];
}

#endif

static inline mp_map_elem_t *found_at(mp_map_t *map, mp_obj_t key, size_t pos) {
    #if MICROPY_OPT_MAP_LOOKUP_CACHE
    *last_place(map, key) = pos;
    #else
    (void)key;
    #endif
    return &map->table[pos];
}

static void check_not_fixed(const mp_map_t *map) {
    if (map->is_fixed) {
        mp_raise_TypeError(NULL);
    }
}

void mp_map_init(mp_map_t *map, size_t n) {
    memset(map, 0, sizeof(*map));
    map->all_keys_are_qstrs = 1;
    if (n > (size_t)-1 / 2 / sizeof(mp_map_elem_t)) {
        // A `__len__` can say anything.
        m_malloc_fail(n);
    }
    if (n != 0) {
        map->table = m_new0(mp_map_elem_t, n);
        map->alloc = n;
    }
}

void mp_map_init_fixed_table(mp_map_t *map, size_t n, const mp_obj_t *table) {
    *map = (mp_map_t) {
        .all_keys_are_qstrs = 1, .is_fixed = 1, .is_ordered = 1, .used = n, .alloc = n, .table = (mp_map_elem_t *)table,
    };
}

void mp_map_deinit(mp_map_t *map) {
    if (!map->is_fixed) {
        m_del(mp_map_elem_t, map->table, map->alloc);
    }
    map->alloc = 0;
    map->used = 0;
}

void mp_map_clear(mp_map_t *map) {
    mp_map_deinit(map);
    map->table = NULL;
    map->all_keys_are_qstrs = 1;
    map->is_fixed = 0;
}

// Gives a map a larger table. A `__hash__` that changes the map meanwhile has it left as it is, for another try.
static void grow_map(mp_map_t *map) {
    size_t new_alloc = larger(map->alloc);
    mp_map_elem_t *new = m_new0(mp_map_elem_t, new_alloc);
    mp_map_elem_t *old = map->table;
    size_t alloc = map->alloc;
    size_t used = 0;
    for (size_t i = 0; i < alloc; i++) {
        mp_map_elem_t elem = old[i];
        if (!is_filled(elem.key)) {
            continue;
        }
        mp_uint_t hash = hash_of(elem.key);
        if (map->table != old || map->alloc != alloc) {
            return;
        }
        elem.value = old[i].value;
        new[place_in(&new->key, new_alloc, sizeof(*new) / sizeof(mp_obj_t), hash)] = elem;
        used++;
    }
    if (used != map->used) {
        return;
    }
    map->table = new;
    map->alloc = new_alloc;
    m_del(mp_map_elem_t, old, alloc);
}

static mp_map_elem_t *add_at(mp_map_t *map, mp_obj_t key, size_t pos) {
    mp_map_elem_t *elem = &map->table[pos];
    elem->key = key;
    elem->value = MP_OBJ_NULL;
    map->used++;
    if (!mp_obj_is_qstr(key)) {
        map->all_keys_are_qstrs = 0;
    }
    return elem;
}

// Whether the same word is the only way in which a key can equal one of the map's.
static inline bool by_identity(const mp_map_t *map, mp_obj_t key) {
    return map->all_keys_are_qstrs && !mp_obj_is_exact_type(key, &mp_type_str);
}

// A name among names: the lookup that programs are made of, in which no object is asked for anything.
static __attribute__((noinline)) mp_map_elem_t *lookup_name(mp_map_t *map, mp_obj_t key) {
    size_t alloc = map->alloc;
    if (alloc == 0) {
        return NULL;
    }
    size_t pos = qstr_hash(MP_OBJ_QSTR_VALUE(key)) % alloc;
    for (size_t left = alloc; left != 0; left--) {
        mp_obj_t found = map->table[pos].key;
        if (found == key) {
            return found_at(map, key, pos);
        }
        if (found == MP_OBJ_NULL) {
            return NULL;
        }
        if (++pos == alloc) {
            pos = 0;
        }
    }
    return NULL;
}

static __attribute__((noinline)) mp_map_elem_t *lookup_hashed(mp_map_t *map, mp_obj_t key, mp_map_lookup_kind_t kind) {
    if (map->alloc == 0 && kind != MP_MAP_LOOKUP_ADD_IF_NOT_FOUND) {
        return NULL;
    }
    mp_uint_t hash = hash_of(key);
    for (;;) {
        size_t pos;
        if (search(map, true, key, hash, by_identity(map, key), &pos)) {
            if (kind == MP_MAP_LOOKUP_REMOVE_IF_FOUND) {
                check_not_fixed(map);
                size_t next = pos + 1 == map->alloc ? 0 : pos + 1;
                map->used--;
                map->table[pos].key = mark_before(map->table[next].key);
            }
            return found_at(map, key, pos);
        }
        if (kind != MP_MAP_LOOKUP_ADD_IF_NOT_FOUND) {
            return NULL;
        }
        check_not_fixed(map);
        if (pos != NOWHERE) {
            return add_at(map, key, pos);
        }
        grow_map(map);
    }
}

// The place of a key in a map that is a list, or NOWHERE.
static size_t search_in_order(const mp_map_t *map, mp_obj_t key) {
again:
    for (size_t i = 0; i < map->used; i++) {
        if (map->table[i].key == key) {
            return i;
        }
    }
    if (by_identity(map, key)) {
        return NOWHERE;
    }
    for (size_t i = 0; i < map->used; i++) {
        mp_obj_t found = map->table[i].key;
        if (!differ_at_sight(found, key)) {
            bool equal = mp_obj_equal(found, key);
            if (i >= map->used || map->table[i].key != found) {
                goto again;
            }
            if (equal) {
                return i;
            }
        }
    }
    return NOWHERE;
}

#if MICROPY_PY_COLLECTIONS_ORDEREDDICT

// The one that was removed comes behind the others, for the caller.
static mp_map_elem_t *remove_in_order(mp_map_t *map, size_t pos) {
    check_not_fixed(map);
    mp_obj_t value = map->table[pos].value;
    map->used--;
    mp_map_elem_t *elem = &map->table[map->used];
    memmove(&map->table[pos], &map->table[pos + 1], (map->used - pos) * sizeof(*elem));
    elem->key = MP_OBJ_NULL;
    elem->value = value;
    return elem;
}

static mp_map_elem_t *add_in_order(mp_map_t *map, mp_obj_t key) {
    check_not_fixed(map);
    if (map->used == map->alloc) {
        size_t alloc = map->alloc + 4;
        map->table = m_renew(mp_map_elem_t, map->table, map->alloc, alloc);
        map->alloc = alloc;
        mp_seq_clear(map->table, map->used, alloc, sizeof(*map->table));
    }
    return add_at(map, key, map->used);
}

#endif

static __attribute__((noinline)) mp_map_elem_t *lookup_in_order(mp_map_t *map, mp_obj_t key, mp_map_lookup_kind_t kind) {
    size_t pos = search_in_order(map, key);
    #if MICROPY_PY_COLLECTIONS_ORDEREDDICT
    if (pos == NOWHERE) {
        return kind == MP_MAP_LOOKUP_ADD_IF_NOT_FOUND ? add_in_order(map, key) : NULL;
    }
    if (kind == MP_MAP_LOOKUP_REMOVE_IF_FOUND) {
        return remove_in_order(map, pos);
    }
    #endif
    return pos == NOWHERE ? NULL : found_at(map, key, pos);
}

// The element of a key, which has no value yet if it was added, and no key any more if it was removed. The searches are out
// of line: where the cache knows the place, no register has to be saved.
mp_map_elem_t *MICROPY_WRAP_MP_MAP_LOOKUP(mp_map_lookup)(mp_map_t * map, mp_obj_t key, mp_map_lookup_kind_t kind) {
    #if MICROPY_OPT_MAP_LOOKUP_CACHE
    if (kind != MP_MAP_LOOKUP_REMOVE_IF_FOUND) {
        size_t pos = *last_place(map, key);
        if (pos < map->alloc && map->table[pos].key == key) {
            return &map->table[pos];
        }
    }
    #endif
    if (map->all_keys_are_qstrs && kind != MP_MAP_LOOKUP_ADD_IF_NOT_FOUND) {
        if (mp_obj_is_qstr(key)) {
            if (kind == MP_MAP_LOOKUP && !map->is_ordered) {
                return lookup_name(map, key);
            }
        } else if (by_identity(map, key)) {
            return NULL;
        }
    }
    return map->is_ordered ? lookup_in_order(map, key, kind) : lookup_hashed(map, key, kind);
}

#if MICROPY_PY_BUILTINS_SET

void mp_set_init(mp_set_t *set, size_t n) {
    *set = (mp_set_t) { .table = m_new0(mp_obj_t, n), .alloc = n };
}

// Gives a set a larger table, as `grow_map` does for maps.
static void grow_set(mp_set_t *set) {
    size_t new_alloc = larger(set->alloc);
    mp_obj_t *new = m_new0(mp_obj_t, new_alloc);
    mp_obj_t *old = set->table;
    size_t alloc = set->alloc;
    size_t used = 0;
    for (size_t i = 0; i < alloc; i++) {
        mp_obj_t item = old[i];
        if (!is_filled(item)) {
            continue;
        }
        mp_uint_t hash = hash_of(item);
        if (set->table != old || set->alloc != alloc) {
            return;
        }
        new[place_in(new, new_alloc, 1, hash)] = item;
        used++;
    }
    if (used != set->used) {
        return;
    }
    set->table = new;
    set->alloc = new_alloc;
    m_del(mp_obj_t, old, alloc);
}

static mp_obj_t remove_at(mp_set_t *set, size_t pos) {
    mp_obj_t item = set->table[pos];
    size_t next = pos + 1 == set->alloc ? 0 : pos + 1;
    set->used--;
    set->table[pos] = mark_before(set->table[next]);
    return item;
}

// The item of the set, or the one that was added, or MP_OBJ_NULL. The kinds of lookup are bits here.
mp_obj_t mp_set_lookup(mp_set_t *set, mp_obj_t item, mp_map_lookup_kind_t kind) {
    if (set->alloc == 0 && !(kind & MP_MAP_LOOKUP_ADD_IF_NOT_FOUND)) {
        return MP_OBJ_NULL;
    }
    mp_uint_t hash = hash_of(item);
    for (;;) {
        size_t pos;
        if (search(set, false, item, hash, false, &pos)) {
            return kind & MP_MAP_LOOKUP_REMOVE_IF_FOUND ? remove_at(set, pos) : set->table[pos];
        }
        if (!(kind & MP_MAP_LOOKUP_ADD_IF_NOT_FOUND)) {
            return MP_OBJ_NULL;
        }
        if (pos != NOWHERE) {
            set->used++;
            set->table[pos] = item;
            return item;
        }
        grow_set(set);
    }
}

mp_obj_t mp_set_remove_first(mp_set_t *set) {
    for (size_t pos = 0; pos < set->alloc; pos++) {
        if (is_filled(set->table[pos])) {
            return remove_at(set, pos);
        }
    }
    return MP_OBJ_NULL;
}

void mp_set_clear(mp_set_t *set) {
    m_del(mp_obj_t, set->table, set->alloc);
    memset(set, 0, sizeof(*set));
}

#endif
