// The room of the VM that runs manifests on the host: a program of its own, which shares no file with the firmware. Its
// symbols begin with `mpym_`.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "py/obj.h"

// A message that grows, outside of Python's heap. One that grows past the limit is marked and not sent.
typedef struct {
    uint8_t *bytes;
    size_t len;
    size_t capacity;
    bool too_long;
} mpym_message_t;

// A message that is read from the front.
typedef struct {
    const uint8_t *at;
    size_t left;
} mpym_cursor_t;

void mpym_put_bytes(mpym_message_t *message, const void *bytes, size_t len);
void mpym_put_tag(mpym_message_t *message, char tag);
void mpym_put_number(mpym_message_t *message, uint32_t number);
void mpym_put_text(mpym_message_t *message, const char *text, size_t len);
// A number that is known only after what follows it.
size_t mpym_put_gap(mpym_message_t *message);
void mpym_fill_gap(mpym_message_t *message, size_t gap, size_t number);
void mpym_drop(mpym_message_t *message);
void mpym_send(mpym_message_t *message);
bool mpym_receive(mpym_message_t *message);

char mpym_take_tag(mpym_cursor_t *cursor);
uint32_t mpym_take_number(mpym_cursor_t *cursor);
const char *mpym_take_text(mpym_cursor_t *cursor, size_t *len);

__attribute__((noreturn)) void mpym_give_up(const char *why);

// Raises this exception where the steps of a manifest come to an end.
void mpym_budget_start(uint64_t steps);
void mpym_budget_charge(uint64_t steps);
mp_obj_t mpym_budget_exception(void);

// Runs the source of a received message; false and a message to send where it raised.
bool mpym_run(mpym_cursor_t *cursor, mp_map_t *kwargs, mpym_message_t *result, mp_obj_t *raised);
mp_obj_t mpym_function(const char *name, size_t len);
mp_obj_t mpym_prelude(qstr name);
