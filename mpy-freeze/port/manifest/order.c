// Dictionaries in the order of Python's: a manifest may loop over one, and its files come in that order.
//
// MicroPython has such maps, but makes them for OrderedDict only. The file of the dictionaries is compiled to call
// the function below in place of mp_map_init.

#include "py/obj.h"

void mpym_ordered_map_init(mp_map_t *map, size_t n);

void mpym_ordered_map_init(mp_map_t *map, size_t n) {
    mp_map_init(map, n);
    map->is_ordered = 1;
}
