// Checks that a release build leaves out.
#undef assert
#ifdef NDEBUG
#define assert(expression) ((void)0)
#else
#define assert(expression) ((expression) ? (void)0 : mpyf_assert_failed(#expression))
#endif

#ifndef MPYF_LIBC_ASSERT_H
#define MPYF_LIBC_ASSERT_H

__attribute__((noreturn)) void mpyf_assert_failed(const char *expression);

#endif
