// Included before py/objlist.c too: objects in a slice become numbers before the list and what is assigned are looked at.
#pragma once

#include "guards/list.h"

static mp_obj_t list_subscr_unguarded(mp_obj_t self, mp_obj_t index, mp_obj_t value);

static mp_obj_t list_subscr(mp_obj_t self, mp_obj_t index, mp_obj_t value) {
    return list_subscr_unguarded(self, mpyg_plain_index(index), value);
}

#define list_subscr(...) list_subscr_unguarded(__VA_ARGS__)
