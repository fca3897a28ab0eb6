// Checks that a release build leaves out.
#undef assert
#ifdef NDEBUG
#define assert(expression) ((void)0)
#else
#define assert(expression) ((expression) ? (void)0 : mpyl_assert_failed(#expression))
#endif

#ifndef MPYL_ASSERT_H
#define MPYL_ASSERT_H

__attribute__((noreturn)) void mpyl_assert_failed(const char *expression);

#endif
