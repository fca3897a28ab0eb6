// Messages to and from the build: a length of four bytes, then the bytes. Numbers are little-endian.

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "manifest.h"

// A manifest names files. What is longer than this isn't a list of names.
#define LONGEST_MESSAGE (4 * 1024 * 1024)
// Sources come from the build, which has read them from files.
#define LONGEST_RECEIVED (64 * 1024 * 1024)

void mpym_put_bytes(mpym_message_t *message, const void *bytes, size_t len) {
    if (message->too_long || len > LONGEST_MESSAGE - message->len) {
        message->too_long = true;
        return;
    }
    if (message->len + len > message->capacity) {
        size_t capacity = 2 * (message->len + len) + 64;
        uint8_t *grown = realloc(message->bytes, capacity);
        if (grown == NULL) {
            mpym_give_up("out of memory");
        }
        message->bytes = grown;
        message->capacity = capacity;
    }
    if (len > 0) {
        memcpy(message->bytes + message->len, bytes, len);
        message->len += len;
    }
}

void mpym_put_tag(mpym_message_t *message, char tag) {
    mpym_put_bytes(message, &tag, 1);
}

static void number_bytes(uint8_t bytes[4], uint32_t number) {
    for (int i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(number >> (8 * i));
    }
}

static uint32_t number_of(const uint8_t bytes[4]) {
    uint32_t number = 0;
    for (int i = 0; i < 4; i++) {
        number |= (uint32_t)bytes[i] << (8 * i);
    }
    return number;
}

void mpym_put_number(mpym_message_t *message, uint32_t number) {
    uint8_t bytes[4];
    number_bytes(bytes, number);
    mpym_put_bytes(message, bytes, sizeof(bytes));
}

size_t mpym_put_gap(mpym_message_t *message) {
    mpym_put_number(message, 0);
    return message->len;
}

void mpym_fill_gap(mpym_message_t *message, size_t gap, size_t number) {
    if (!message->too_long) {
        number_bytes(message->bytes + gap - 4, (uint32_t)number);
    }
}

void mpym_put_text(mpym_message_t *message, const char *text, size_t len) {
    if (len > LONGEST_MESSAGE) {
        message->too_long = true;
        return;
    }
    mpym_put_number(message, (uint32_t)len);
    mpym_put_bytes(message, text, len);
}

void mpym_drop(mpym_message_t *message) {
    free(message->bytes);
    memset(message, 0, sizeof(*message));
}

static void write_all(const uint8_t *bytes, size_t len) {
    while (len > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, len);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            // Nobody listens any more, so there is nobody to tell.
            _exit(1);
        }
        bytes += written;
        len -= (size_t)written;
    }
}

// Whether all bytes came; none at all is the end of the conversation.
static bool read_all(uint8_t *bytes, size_t len) {
    while (len > 0) {
        ssize_t got = read(STDIN_FILENO, bytes, len);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        bytes += got;
        len -= (size_t)got;
    }
    return true;
}

void mpym_send(mpym_message_t *message) {
    uint8_t length[4];
    number_bytes(length, (uint32_t)message->len);
    write_all(length, sizeof(length));
    write_all(message->bytes, message->len);
    mpym_drop(message);
}

bool mpym_receive(mpym_message_t *message) {
    uint8_t length[4];
    memset(message, 0, sizeof(*message));
    if (!read_all(length, sizeof(length))) {
        return false;
    }
    size_t len = number_of(length);
    if (len == 0 || len > LONGEST_RECEIVED) {
        return false;
    }
    message->bytes = malloc(len);
    message->len = message->capacity = len;
    if (message->bytes == NULL || !read_all(message->bytes, len)) {
        mpym_drop(message);
        return false;
    }
    return true;
}

static const uint8_t *take(mpym_cursor_t *cursor, size_t len) {
    if (len > cursor->left) {
        mpym_give_up("a message of the build is too short");
    }
    const uint8_t *taken = cursor->at;
    cursor->at += len;
    cursor->left -= len;
    return taken;
}

char mpym_take_tag(mpym_cursor_t *cursor) {
    return (char)*take(cursor, 1);
}

uint32_t mpym_take_number(mpym_cursor_t *cursor) {
    return number_of(take(cursor, 4));
}

const char *mpym_take_text(mpym_cursor_t *cursor, size_t *len) {
    *len = mpym_take_number(cursor);
    return (const char *)take(cursor, *len);
}

void mpym_give_up(const char *why) {
    mpym_message_t message = { 0 };
    mpym_put_tag(&message, 'Q');
    mpym_put_text(&message, why, strlen(why));
    mpym_send(&message);
    _exit(1);
}
