/* Doubles and decimal digits, both ways correctly rounded.

   Digits are characters '0' to '9'; a result of n digits d1 d2 ... dn and a point p stands for
   0.d1d2...dn * 10**p.  Trailing zeros are never given; zero is "0" with point 1.  Signs are the
   caller's business; infinities and NaN are not allowed. */
#ifndef KRAIT_BASE_DTOA_H
#define KRAIT_BASE_DTOA_H

#include "base/common.h"

/* Room for the digits of any double, exactly, and of the middle between any two. */
enum { DTOA_ROOM = 800, DTOA_SHORTEST_ROOM = 18 };

/* The shortest digits that read back as x, of these the nearest to x. */
int dtoa_shortest(double x, char *digits, int *point);
/* x rounded half to even to n >= 1 significant digits; digits has room for min(n, DTOA_ROOM). */
int dtoa_significant(double x, int n, char *digits, int *point);
/* x rounded half to even to `places` digits behind the decimal point (before it, if negative);
   no digits at all if that gives 0 and x is not 0 itself. */
int dtoa_places(double x, int places, char *digits, int *point);

/* The double nearest to a decimal literal without white space: sign, digits, point, exponent.
   *end is where reading stopped: s itself if there is no literal.  Infinity on overflow. */
double dtoa_parse(const char *s, const char **end);

#endif
