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

#define MPYF_MATH_1(name) double name(double x); float name##f(float x);
#define MPYF_MATH_2(name) double name(double x, double y); float name##f(float x, float y);

MPYF_MATH_1(acos)
MPYF_MATH_1(acosh)
MPYF_MATH_1(asin)
MPYF_MATH_1(asinh)
MPYF_MATH_1(atan)
MPYF_MATH_1(atanh)
MPYF_MATH_1(ceil)
MPYF_MATH_1(cos)
MPYF_MATH_1(cosh)
MPYF_MATH_1(erf)
MPYF_MATH_1(erfc)
MPYF_MATH_1(exp)
MPYF_MATH_1(expm1)
MPYF_MATH_1(fabs)
MPYF_MATH_1(floor)
MPYF_MATH_1(lgamma)
MPYF_MATH_1(log)
MPYF_MATH_1(log10)
MPYF_MATH_1(log1p)
MPYF_MATH_1(log2)
MPYF_MATH_1(nearbyint)
MPYF_MATH_1(rint)
MPYF_MATH_1(round)
MPYF_MATH_1(sin)
MPYF_MATH_1(sinh)
MPYF_MATH_1(sqrt)
MPYF_MATH_1(tan)
MPYF_MATH_1(tanh)
MPYF_MATH_1(tgamma)
MPYF_MATH_1(trunc)
MPYF_MATH_2(atan2)
MPYF_MATH_2(copysign)
MPYF_MATH_2(drem)
MPYF_MATH_2(fmod)
MPYF_MATH_2(pow)

double frexp(double x, int *exponent);
float frexpf(float x, int *exponent);
double ldexp(double x, int exponent);
float ldexpf(float x, int exponent);
double modf(double x, double *integral);
float modff(float x, float *integral);
double scalbn(double x, int exponent);
float scalbnf(float x, int exponent);

#undef MPYF_MATH_1
#undef MPYF_MATH_2
