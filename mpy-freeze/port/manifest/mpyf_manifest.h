// The parts of the VM that runs manifests.
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
} mpyf_message_t;

// A message that is read from the front.
typedef struct {
    const uint8_t *at;
    size_t left;
} mpyf_cursor_t;

void mpyf_put_bytes(mpyf_message_t *message, const void *bytes, size_t len);
void mpyf_put_tag(mpyf_message_t *message, char tag);
void mpyf_put_number(mpyf_message_t *message, uint32_t number);
void mpyf_put_text(mpyf_message_t *message, const char *text, size_t len);
// A number that is known only after what follows it.
size_t mpyf_put_gap(mpyf_message_t *message);
void mpyf_fill_gap(mpyf_message_t *message, size_t gap, size_t number);
void mpyf_drop(mpyf_message_t *message);
void mpyf_send(mpyf_message_t *message);
bool mpyf_receive(mpyf_message_t *message);

char mpyf_take_tag(mpyf_cursor_t *cursor);
uint32_t mpyf_take_number(mpyf_cursor_t *cursor);
const char *mpyf_take_text(mpyf_cursor_t *cursor, size_t *len);

__attribute__((noreturn)) void mpyf_give_up(const char *why);

// Raises this exception where the steps of a manifest come to an end.
void mpyf_budget_start(uint64_t steps);
void mpyf_budget_charge(uint64_t steps);
mp_obj_t mpyf_budget_exception(void);

// Runs the source of a received message; false and a message to send where it raised.
bool mpyf_run(mpyf_cursor_t *cursor, mp_map_t *kwargs, mpyf_message_t *result, mp_obj_t *raised);
mp_obj_t mpyf_function(const char *name, size_t len);
mp_obj_t mpyf_prelude(qstr name);
