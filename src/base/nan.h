/* Sums and products of doubles whose NaN is known.

   Of two NaNs an SSE instruction gives the one in its destination, but a C compiler may turn the operands
   of + and * round as it likes.  Sign and payload are visible to Python code (math.copysign, struct), so
   that these functions say which operand it is: the first. */
#ifndef KRAIT_BASE_NAN_H
#define KRAIT_BASE_NAN_H

static inline double
double_add(double a, double b)
{
#ifdef __SSE2__
    __asm__("addsd %1, %0" : "+x"(a) : "xm"(b));
    return a;
#else
    return a != a ? a : a + b;
#endif
}

static inline double
double_multiply(double a, double b)
{
#ifdef __SSE2__
    __asm__("mulsd %1, %0" : "+x"(a) : "xm"(b));
    return a;
#else
    return a != a ? a : a * b;
#endif
}

#endif
