// Memory and strings, which MicroPython's shared/libc/string0.c defines.
#pragma once

#include <stddef.h>

void *memchr(const void *memory, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
void *memcpy(void *to, const void *from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *memory, int byte, size_t len);
char *stpcpy(char *to, const char *from);
char *strcat(char *to, const char *from);
char *strchr(const char *text, int character);
int strcmp(const char *a, const char *b);
char *strcpy(char *to, const char *from);
size_t strcspn(const char *text, const char *stop);
size_t strlen(const char *text);
int strncmp(const char *a, const char *b, size_t len);
char *strncpy(char *to, const char *from, size_t len);
size_t strspn(const char *text, const char *accepted);
char *strstr(const char *text, const char *part);
