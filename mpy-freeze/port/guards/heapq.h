// Included before extmod/modheapq.c: a heap is empty to the `__lt__` that its items are compared with, which could
// change it and free the items.
//
// guards/dict.h says how macros put a function in place of another.
#pragma once

#include "guards/guards.h"

static mp_obj_t mod_heapq_heappush_unguarded(mp_obj_t heap, mp_obj_t item);
static mp_obj_t mod_heapq_heappop_unguarded(mp_obj_t heap);
static mp_obj_t mod_heapq_heapify_unguarded(mp_obj_t heap);

static mp_obj_t mpyg_push(mp_obj_t heap, void *item) {
    return mod_heapq_heappush_unguarded(heap, *(mp_obj_t *)item);
}

static mp_obj_t mpyg_pop(mp_obj_t heap, void *arg) {
    (void)arg;
    return mod_heapq_heappop_unguarded(heap);
}

static mp_obj_t mpyg_heapify(mp_obj_t heap, void *arg) {
    (void)arg;
    return mod_heapq_heapify_unguarded(heap);
}

static mp_obj_t mod_heapq_heappush(mp_obj_t heap, mp_obj_t item) {
    return mpyg_on_items_of(heap, mpyg_push, &item);
}

static mp_obj_t mod_heapq_heappop(mp_obj_t heap) {
    return mpyg_on_items_of(heap, mpyg_pop, NULL);
}

static mp_obj_t mod_heapq_heapify(mp_obj_t heap) {
    return mpyg_on_items_of(heap, mpyg_heapify, NULL);
}

#define mod_heapq_heappush(...) mod_heapq_heappush_unguarded(__VA_ARGS__)
#define mod_heapq_heappop(...) mod_heapq_heappop_unguarded(__VA_ARGS__)
#define mod_heapq_heapify(...) mod_heapq_heapify_unguarded(__VA_ARGS__)
