/* The gamma function and its logarithm, by Lanczos' approximation. */
#ifndef KRAIT_BASE_GAMMA_H
#define KRAIT_BASE_GAMMA_H

#include "base/common.h"

/* Gamma of x: NaN at the poles and at minus infinity, an infinity where it overflows. */
double gamma_value(double x);
/* log(abs(gamma(x))) for a finite x or NaN: an infinity at the poles and where it overflows. */
double log_gamma_value(double x);

#endif
