// The mathematical functions that MicroPython's lib/libm and lib/libm_dbl define and its modules use.
#pragma once

#include <sys/types.h>

#define M_PI (3.14159265358979323846)

#define INFINITY (__builtin_inff())
#define NAN (__builtin_nanf(""))
#define nan(tag) __builtin_nan(tag)
#define nanf(tag) __builtin_nanf(tag)
#define HUGE_VAL (__builtin_huge_val())
#define HUGE_VALF (__builtin_huge_valf())

// These numbers are also what the classifying functions of lib/libm and lib/libm_dbl return.
#define FP_NAN (0)
#define FP_INFINITE (1)
#define FP_ZERO (2)
#define FP_SUBNORMAL (3)
#define FP_NORMAL (4)

#define fpclassify(x) __builtin_fpclassify(FP_NAN, FP_INFINITE, FP_NORMAL, FP_SUBNORMAL, FP_ZERO, x)
#define isnan(x) __builtin_isnan(x)
#define isinf(x) __builtin_isinf(x)
#define isfinite(x) __builtin_isfinite(x)
#define isnormal(x) __builtin_isnormal(x)
#define signbit(x) __builtin_signbit(x)

#define MPYL_MATH_1(name) double name(double x); float name##f(float x);
#define MPYL_MATH_2(name) double name(double x, double y); float name##f(float x, float y);

MPYL_MATH_1(acos)
MPYL_MATH_1(acosh)
MPYL_MATH_1(asin)
MPYL_MATH_1(asinh)
MPYL_MATH_1(atan)
MPYL_MATH_1(atanh)
MPYL_MATH_1(ceil)
MPYL_MATH_1(cos)
MPYL_MATH_1(cosh)
MPYL_MATH_1(erf)
MPYL_MATH_1(erfc)
MPYL_MATH_1(exp)
MPYL_MATH_1(expm1)
MPYL_MATH_1(fabs)
MPYL_MATH_1(floor)
MPYL_MATH_1(lgamma)
MPYL_MATH_1(log)
MPYL_MATH_1(log10)
MPYL_MATH_1(log1p)
MPYL_MATH_1(log2)
MPYL_MATH_1(nearbyint)
MPYL_MATH_1(rint)
MPYL_MATH_1(round)
MPYL_MATH_1(sin)
MPYL_MATH_1(sinh)
MPYL_MATH_1(sqrt)
MPYL_MATH_1(tan)
MPYL_MATH_1(tanh)
MPYL_MATH_1(tgamma)
MPYL_MATH_1(trunc)
MPYL_MATH_2(atan2)
MPYL_MATH_2(copysign)
MPYL_MATH_2(drem)
MPYL_MATH_2(fmod)
MPYL_MATH_2(pow)

double frexp(double x, int *exponent);
float frexpf(float x, int *exponent);
double ldexp(double x, int exponent);
float ldexpf(float x, int exponent);
double modf(double x, double *integral);
float modff(float x, float *integral);
double scalbn(double x, int exponent);
float scalbnf(float x, int exponent);

#undef MPYL_MATH_1
#undef MPYL_MATH_2
