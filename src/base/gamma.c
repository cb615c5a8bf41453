/* Gamma by Lanczos' approximation with G = 6.024680040776729583740234375 and 13 terms (C. Lanczos, SIAM
   J. Numer. Anal. B 1, 1964; in the rational form that the documentation of Boost.Math describes):

       gamma(z) = (z + G - 1/2)^(z - 1/2) / e^(z + G - 1/2) * num(z) / den(z)

   den(z) is z(z + 1)...(z + 11), and num the one polynomial of degree 12 that makes the equation
   exact at z = 1, 2, ... 13: Newton's interpolation in 120 decimal digits gives the numbers below.
   Arguments below 0 go through gamma(-x) gamma(x) = -pi / (x sin(pi x)).

   The order of the operations decides the last bits, on which users' printed results depend. */
#include "base/gamma.h"

#include <math.h>

enum { TERMS = 13 };

static const double G = 6.024680040776729583740234375;
static const double G_LESS_HALF = 5.524680040776729583740234375;
static const double PI = 3.141592653589793238462643383279502884197;
static const double LOG_PI = 1.144729885849400174143427351353058711647;

/* From the constant term up. */
static const double numerator[TERMS] = {
    23531376880.410759688572007674451636754734846,
    42919803642.649098768957899047001988850926355,
    35711959237.355668049440185451547166705960488,
    17921034426.037209699919755754458931112671403,
    6039542586.3520280050642916443072979210699388,
    1439720407.3117216736632230727949123939715485,
    248874557.86205415651146038641322942321632125,
    31426415.585400194380614231628318205362874684,
    2876370.6289353724412254090516208496135991145,
    186056.26539522349504029498971604569928220784,
    8071.6720023658162106380029022722506138218516,
    210.82427775157934587250973392071336271166969,
    2.5066282746310002701649081771338373386264310,
};
static const double denominator[TERMS] = {
    0, 39916800, 120543840, 150917976, 105258076, 45995730, 13339535, 2637558, 357423, 32670, 1925, 66, 1,
};

/* gamma(1), gamma(2), ... gamma(23): the factorials that a double holds exactly. */
enum { EXACT = 23 };
static const double factorials[EXACT] = {
    1.0, 1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5040.0, 40320.0, 362880.0, 3628800.0, 39916800.0, 479001600.0,
    6227020800.0, 87178291200.0, 1307674368000.0, 20922789888000.0, 355687428096000.0, 6402373705728000.0,
    121645100408832000.0, 2432902008176640000.0, 51090942171709440000.0, 1124000727777607680000.0,
};

/* num(x) / den(x) for x > 0; for large x in powers of 1/x, which do not overflow. */
static double
lanczos_ratio(double x)
{
    double above = 0.0, below = 0.0;
    if (x < 5.0) {
        for (int i = TERMS - 1; i >= 0; i--) {
            above = above * x + numerator[i];
            below = below * x + denominator[i];
        }
    } else {
        for (int i = 0; i < TERMS; i++) {
            above = above / x + numerator[i];
            below = below / x + denominator[i];
        }
    }
    return above / below;
}

/* sin(pi x) of a finite x: the nearest quarter turn is taken off first, which is exact. */
static double
sine_of_pi(double x)
{
    double turned = fmod(fabs(x), 2.0), r;
    switch ((int)round(2.0 * turned)) {
    case 0: r = sin(PI * turned); break;
    case 1: r = cos(PI * (turned - 0.5)); break;
    case 2: r = sin(PI * (1.0 - turned)); break;
    case 3: r = -cos(PI * (turned - 1.5)); break;
    default: r = sin(PI * (turned - 2.0)); break;
    }
    return signbit(x) ? -r : r;
}

/* What rounding took from base = size + G_LESS_HALF, as a fraction of the result. */
static double
rounding_share(double size, double base)
{
    double lost;
    if (size > G_LESS_HALF) {
        lost = (base - size) - G_LESS_HALF;
    } else {
        lost = (base - G_LESS_HALF) - size;
    }
    return lost * G / base;
}

double
gamma_value(double x)
{
    if (isnan(x) || x == HUGE_VAL) return x;
    if (x == -HUGE_VAL) return NAN;
    if (x == floor(x)) {
        if (x <= 0.0) return NAN;
        if (x <= EXACT) return factorials[(int)x - 1];
    }
    double size = fabs(x);
    if (size < 1e-20) return 1.0 / x;
    if (size > 200.0) return x < 0.0 ? 0.0 / sine_of_pi(x) : HUGE_VAL;

    double base = size + G_LESS_HALF, share = rounding_share(size, base), r;
    /* The power overflows before the result does: above 140 it is taken in two halves. */
    bool halved = size >= 140.0;
    double power = halved ? pow(base, size / 2.0 - 0.25) : pow(base, size - 0.5);
    if (x < 0.0) {
        r = -PI / sine_of_pi(size) / size * exp(base) / lanczos_ratio(size);
        r -= share * r;
        r /= power;
        if (halved) r /= power;
    } else {
        r = lanczos_ratio(size) / exp(base);
        r += share * r;
        r *= power;
        if (halved) r *= power;
    }
    return r;
}

double
log_gamma_value(double x)
{
    if (isnan(x)) return x;
    if (isinf(x)) return HUGE_VAL;
    if (x == floor(x) && x <= 2.0) return x <= 0.0 ? HUGE_VAL : 0.0;
    double size = fabs(x);
    if (size < 1e-20) return -log(size);
    double r = log(lanczos_ratio(size)) - G;
    r += (size - 0.5) * (log(size + G - 0.5) - 1.0);
    if (x < 0.0) {
        r = LOG_PI - log(fabs(sine_of_pi(size))) - log(size) - r;
    }
    return r;
}
