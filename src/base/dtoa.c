/* Doubles <-> decimal digits: see dtoa.h.

   - Shortest digits: Schubfach (Raffaele Giulietti, "The Schubfach way to render doubles", 2020).
   - Given precision: one multiplication by a 128-bit power of ten where that decides, otherwise
     the exact decimal expansion (at most 767 digits), rounded as text.
   - Reading: one such multiplication, too (Daniel Lemire, "Number parsing at a gigabyte per
     second", 2021); where it leaves a doubt, the digits are compared with the exact expansion of
     the middle between the two candidates. */
#include "base/dtoa.h"

#include <float.h>
#include <math.h>
#include <string.h>
#include "base/pow10_table.h"

typedef unsigned __int128 u128;

#define MANTISSA_BITS 52
#define HIDDEN_BIT ((uint64_t)1 << MANTISSA_BITS)
#define EXPONENT_BIAS 1075              /* x = mantissa * 2**(biased exponent - this) */
#define MIN_EXPONENT (1 - EXPONENT_BIAS)

/* floor(e * log10(2)), floor(e * log10(2) + log10(3/4)), floor(k * log2(10)) */
static inline int
floor_log10_pow2(int e)
{
    return e * 1262611 >> 22;
}

static inline int
floor_log10_three_quarters_pow2(int e)
{
    return (e * 1262611 - 524031) >> 22;
}

static inline int
floor_log2_pow10(int k)
{
    return k * 1741647 >> 19;
}

/* |x| = *mantissa * 2**(the result). */
static inline int
split_double(double x, uint64_t *mantissa)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int biased = (int)(bits >> MANTISSA_BITS & 0x7ff);
    *mantissa = (bits & (HIDDEN_BIT - 1)) | (biased ? HIDDEN_BIT : 0);
    return (biased ? biased : 1) - EXPONENT_BIAS;
}

static inline u128
power_of_ten(int k)
{
    const uint64_t *words = pow10_table[k - POW10_MIN];
    return (u128)words[0] << 64 | words[1];
}

static const char digit_pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

static const uint64_t small_powers[] = {
    1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u, 100000000u, 1000000000u, 10000000000u,
    100000000000u, 1000000000000u, 10000000000000u, 100000000000000u, 1000000000000000u,
    10000000000000000u, 100000000000000000u, 1000000000000000000u, 10000000000000000000u,
};

/* How many decimal digits; value > 0. */
static inline int
decimal_length(uint64_t value)
{
    int guess = (64 - __builtin_clzll(value)) * 1233 >> 12;     /* by the binary logarithm: right or one less */
    return guess + (value >= small_powers[guess]);
}

/* Digits of a number of at most 19 digits, without trailing zeros; their count.  *total is the
   count with them. */
static int
write_digits(uint64_t value, char *digits, int *total)
{
    *total = 0;
    if (value == 0) return 0;
    int n = *total = decimal_length(value);
    for (; value % 100000000 == 0; n -= 8) value /= 100000000;
    if (value % 10000 == 0) value /= 10000, n -= 4;
    if (value % 100 == 0) value /= 100, n -= 2;
    if (value % 10 == 0) value /= 10, n--;
    char *at = digits + n;
    for (; value >= 100; value /= 100) {
        at -= 2;
        memcpy(at, digit_pairs + 2 * (value % 100), 2);
    }
    if (value >= 10) memcpy(digits, digit_pairs + 2 * value, 2);
    else *digits = (char)('0' + value);
    return n;
}

/* ---- shortest --------------------------------------------------------------------------- */

/* floor(g * c / 2**127), the last bit set if anything was lost; g = g1 * 2**63 + g0. */
static inline uint64_t
multiply_to_odd(uint64_t g1, uint64_t g0, uint64_t c)
{
    const uint64_t mask = ((uint64_t)1 << 63) - 1;
    uint64_t low = (uint64_t)((u128)g0 * c >> 64);
    u128 high = (u128)g1 * c;
    uint64_t middle = ((uint64_t)high >> 1) + low;
    return ((uint64_t)(high >> 64) + (middle >> 63)) | ((middle & mask) != 0);
}

int
dtoa_shortest(double x, char *digits, int *point)
{
    uint64_t c;
    int q = split_double(x, &c), total;
    if (c == 0) {
        digits[0] = '0';
        *point = 1;
        return 1;
    }
    if (q <= 0 && q > -53 && (c & (((uint64_t)1 << -q) - 1)) == 0) {
        /* A small integer is its own shortest form. */
        int n = write_digits(c >> -q, digits, &total);
        *point = total;
        return n;
    }
    /* Four times the value and the ends of its rounding interval, scaled by 10**-k so that the
       interval is one to ten units wide. */
    uint64_t out = c & 1, value = c << 2, right = value + 2, left;
    int k;
    if (c != HIDDEN_BIT || q == MIN_EXPONENT) {
        left = value - 2;
        k = floor_log10_pow2(q);
    } else {
        left = value - 1;
        k = floor_log10_three_quarters_pow2(q);
    }
    int h = q + floor_log2_pow10(-k) + 2;
    u128 g = (power_of_ten(-k) >> 2) + 1;
    uint64_t g1 = (uint64_t)(g >> 63), g0 = (uint64_t)g & (((uint64_t)1 << 63) - 1);
    uint64_t v = multiply_to_odd(g1, g0, value << h);
    uint64_t low = multiply_to_odd(g1, g0, left << h) + out;
    uint64_t high = multiply_to_odd(g1, g0, right << h);
    uint64_t s = v >> 2, chosen;
    if (s >= 10) {
        uint64_t tens = s / 10 * 10;
        bool below = low <= tens << 2, above = ((tens + 10) << 2) + out <= high;
        if (below != above) {
            chosen = below ? tens : tens + 10;
            goto found;
        }
    }
    bool below = low <= s << 2, above = ((s + 1) << 2) + out <= high;
    if (below != above) {
        chosen = below ? s : s + 1;
    } else {
        int64_t difference = (int64_t)(v - ((2 * s + 1) << 1));
        chosen = difference < 0 || (difference == 0 && !(s & 1)) ? s : s + 1;
    }
found:;
    int n = write_digits(chosen, digits, &total);
    *point = k + total;
    return n;
}

/* ---- exact ------------------------------------------------------------------------------ */

/* All digits of mantissa * 2**exponent (mantissa not 0), at most DTOA_ROOM. */
static int
exact_digits(uint64_t mantissa, int exponent, char *digits, int *point)
{
    /* exponent < 0: m * 2**e = m * 5**-e / 10**-e.  Either way an integer in base 10**9. */
    uint32_t groups[92];
    int used = 0, shift = 0;
    while (!(mantissa & 1)) {
        mantissa >>= 1;
        exponent++;
    }
    for (uint64_t rest = mantissa; rest; rest /= 1000000000) groups[used++] = (uint32_t)(rest % 1000000000);
    int left = exponent < 0 ? -exponent : exponent;
    if (exponent < 0) shift = left;
    while (left > 0) {
        int step = exponent < 0 ? (left < 13 ? left : 13) : (left < 30 ? left : 30);
        uint64_t factor = 1, carry = 0;
        if (exponent < 0) {
            for (int i = 0; i < step; i++) factor *= 5;
        } else {
            factor <<= step;
        }
        for (int i = 0; i < used; i++) {
            carry += groups[i] * factor;
            groups[i] = (uint32_t)(carry % 1000000000);
            carry /= 1000000000;
        }
        for (; carry; carry /= 1000000000) groups[used++] = (uint32_t)(carry % 1000000000);
        left -= step;
    }
    char *p = digits;
    for (int i = used - 1; i >= 0; i--) {
        uint32_t group = groups[i];
        for (int k = 8; k >= 0; k--) {
            p[k] = (char)('0' + group % 10);
            group /= 10;
        }
        p += 9;
    }
    int n = (int)(p - digits), zeros = 0;
    while (digits[zeros] == '0') zeros++;
    n -= zeros;
    memmove(digits, digits + zeros, (size_t)n);
    *point = n - shift;
    while (digits[n - 1] == '0') n--;
    return n;
}

/* Round n digits half to even to the first `keep` (which may be negative: 0). */
static int
round_digits(char *digits, int n, int keep, int *point)
{
    if (keep >= n) return n;
    if (keep < 0) return 0;
    bool up;
    if (digits[keep] != '5' || keep + 1 < n) {
        up = digits[keep] >= '5';
    } else {
        up = keep > 0 && (digits[keep - 1] & 1);
    }
    n = keep;
    if (up) {
        while (n > 0 && digits[n - 1] == '9') n--;
        if (n == 0) {
            digits[0] = '1';
            ++*point;
            return 1;
        }
        digits[n - 1]++;
    }
    while (n > 0 && digits[n - 1] == '0') n--;
    return n;
}

/* round(mantissa * 2**exponent * 10**k) if 128 bits decide it and it is below 10**18. */
static bool
scaled(uint64_t mantissa, int exponent, int k, uint64_t *result)
{
    if (k < POW10_MIN || k > POW10_MAX) return false;
    int zeros = __builtin_clzll(mantissa);
    mantissa <<= zeros;
    exponent -= zeros;
    u128 power = power_of_ten(k);
    u128 low = (u128)mantissa * (uint64_t)power;
    u128 product = (u128)mantissa * (uint64_t)(power >> 64) + (uint64_t)(low >> 64);
    /* The value is (product + less than 2) * 2**-shift. */
    int shift = -(exponent + floor_log2_pow10(k) - 127 + 64);
    if (shift < 68 || shift > 127) return false;
    bool exact = k >= 0 && k <= 55 && (uint64_t)low == 0;
    u128 fraction = product & (((u128)1 << shift) - 1), half = (u128)1 << (shift - 1);
    uint64_t whole = (uint64_t)(product >> shift);
    if (exact) {
        whole += fraction > half || (fraction == half && (whole & 1));
    } else if (fraction > half) {
        whole++;
    } else if (fraction + 2 >= half) {
        return false;
    }
    *result = whole;
    return whole < (uint64_t)1000000000000000000;
}

int
dtoa_significant(double x, int n, char *digits, int *point)
{
    uint64_t m, value;
    int e = split_double(x, &m), total;
    if (m == 0) {
        digits[0] = '0';
        *point = 1;
        return 1;
    }
    if (n <= 17) {
        /* The exponent of the first digit, or one less than that. */
        int first = floor_log10_pow2(e + 63 - __builtin_clzll(m));
        for (int tries = 0; tries < 2; tries++, first++) {
            int k = n - 1 - first;
            if (!scaled(m, e, k, &value)) break;
            int count = write_digits(value, digits, &total);
            /* 10**n is only right if it is not due to a wrong guess. */
            if (total == n || (total == n + 1 && count == 1 && digits[0] == '1' && tries == 1)) {
                *point = total - k;
                return count;
            }
        }
    }
    char room[DTOA_ROOM + 32];
    int count = exact_digits(m, e, room, point);
    count = round_digits(room, count, n, point);
    memcpy(digits, room, (size_t)count);
    return count;
}

int
dtoa_places(double x, int places, char *digits, int *point)
{
    uint64_t m, value;
    int e = split_double(x, &m), total;
    if (m == 0) {
        digits[0] = '0';
        *point = 1;
        return 1;
    }
    if (scaled(m, e, places, &value)) {
        int count = write_digits(value, digits, &total);
        *point = value ? total - places : -places;
        return count;
    }
    char room[DTOA_ROOM + 32];
    int count = exact_digits(m, e, room, point);
    /* point + places digits stay; far outside there is nothing to be rounded. */
    int keep = places > DTOA_ROOM + 400 ? DTOA_ROOM : places < -400 ? -1 : *point + places;
    count = round_digits(room, count, keep, point);
    if (count == 0) *point = -places;
    memcpy(digits, room, (size_t)count);
    return count;
}

/* ---- reading ---------------------------------------------------------------------------- */

/* Decimal digits as read: 0.d1d2... * 10**point, no leading zeros. */
struct Decimal {
    int count;
    int64_t point;
    char digits[DTOA_ROOM + 2];
};

static double
assemble(uint64_t mantissa, int exponent)
{
    /* Adding lets a mantissa that was rounded up to 2**53 carry into the exponent. */
    uint64_t bits;
    if (mantissa < HIDDEN_BIT) {
        bits = mantissa;
    } else {
        if (mantissa == 2 * HIDDEN_BIT) {
            mantissa >>= 1;
            exponent++;
        }
        if (exponent + EXPONENT_BIAS >= 0x7ff) return HUGE_VAL;
        bits = ((uint64_t)(exponent + EXPONENT_BIAS) << MANTISSA_BITS) | (mantissa - HIDDEN_BIT);
    }
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Is d above (1), equal to (0) or below (-1) mantissa * 2**exponent? */
static int
compare_exactly(const struct Decimal *d, uint64_t mantissa, int exponent)
{
    char digits[DTOA_ROOM + 32];
    int point, n = exact_digits(mantissa, exponent, digits, &point);
    if (d->point != point) return d->point < point ? -1 : 1;
    int common = n < d->count ? n : d->count;
    int sign = memcmp(d->digits, digits, (size_t)common);
    if (sign != 0) return sign < 0 ? -1 : 1;
    return (d->count > n) - (d->count < n);
}

static double
decimal_to_double(const struct Decimal *d)
{
    static const double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                          1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                          1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (d->count == 0 || d->point < -330) return 0.0;
    if (d->point > 310) return HUGE_VAL;
    int taken = d->count < 19 ? d->count : 19;
    bool truncated = taken < d->count;
    uint64_t w = 0;
    for (int i = 0; i < taken; i++) w = w * 10 + (uint64_t)(d->digits[i] - '0');
    int k = (int)d->point - taken;
    if (!truncated && w <= (uint64_t)1 << 53) {
        if (k >= 0 && k <= 22) return (double)w * exact_powers[k];
        if (k < 0 && k >= -22) return (double)w / exact_powers[-k];
    }
    if (k < POW10_MIN) return 0.0;
    int zeros = __builtin_clzll(w);
    u128 power = power_of_ten(k), low = (u128)(w << zeros) * (uint64_t)power;
    u128 product = (u128)(w << zeros) * (uint64_t)(power >> 64) + (uint64_t)(low >> 64);
    /* The value is (product + error) * 2**exponent, where 0 <= error < doubt. */
    bool exact = !truncated && k >= 0 && k <= 55 && (uint64_t)low == 0;
    u128 doubt = exact ? 0 : truncated ? (u128)1 << (zeros + 65) : 2;
    int exponent = 64 - zeros + floor_log2_pow10(k) - 127;
    int bits = 128 - __builtin_clzll((uint64_t)(product >> 64));
    int drop = bits - (MANTISSA_BITS + 1);
    if (exponent + drop < MIN_EXPONENT) drop = MIN_EXPONENT - exponent;
    if (drop > bits) {
        /* Below half of the smallest double, unless the doubt reaches that far. */
        u128 limit = product + doubt;
        bool reaches = bits == 128 ? limit < product : limit >> bits != 0;
        if (drop > bits + 1 || !reaches) return 0.0;
        return assemble(compare_exactly(d, 1, exponent + drop - 1) > 0, exponent + drop);
    }
    /* A leading bit at position 127 with drop 128: the whole product is fraction. */
    u128 half = (u128)1 << (drop - 1);
    u128 fraction = drop == 128 ? product : product & ((half << 1) - 1);
    uint64_t mantissa = drop == 128 ? 0 : (uint64_t)(product >> drop);
    bool up;
    if (fraction > half) {
        up = true;
    } else if (fraction + doubt < half) {
        up = false;
    } else if (exact) {
        up = fraction == half && (mantissa & 1);
    } else {
        int sign = compare_exactly(d, 2 * mantissa + 1, exponent + drop - 1);
        up = sign > 0 || (sign == 0 && (mantissa & 1));
    }
    return assemble(mantissa + up, exponent + drop);
}

static inline bool
is_digit(char c)
{
    return (unsigned)(c - '0') < 10;
}

/* Append the digits at s to d; those behind DTOA_ROOM only make the last one sticky. */
static void
take_digit(struct Decimal *d, char c)
{
    if (d->count == 0 && c == '0') return;
    if (d->count < DTOA_ROOM) {
        d->digits[d->count++] = c;
    } else if (c != '0') {
        d->digits[DTOA_ROOM] = '1';
        d->count = DTOA_ROOM + 1;
    }
}

double
dtoa_parse(const char *s, const char **end)
{
    struct Decimal d;
    const char *start = s;
    bool negative = *s == '-';
    if (*s == '-' || *s == '+') s++;
    const char *first = s;
    d.count = 0;
    /* `point` counts the digits before the decimal point from the first significant one on. */
    d.point = 0;
    for (; is_digit(*s); s++) {
        take_digit(&d, *s);
        if (d.count) d.point++;
    }
    bool any = s > first;
    if (*s == '.') {
        const char *fraction = s + 1;
        for (s = fraction; is_digit(*s); s++) {
            take_digit(&d, *s);
            if (d.count == 0) d.point--;
        }
        any |= s > fraction;
    }
    if (!any) {
        *end = start;
        return 0.0;
    }
    *end = s;
    if (*s == 'e' || *s == 'E') {
        const char *p = s + 1;
        bool down = *p == '-';
        if (*p == '-' || *p == '+') p++;
        if (is_digit(*p)) {
            int64_t exponent = 0;
            for (; is_digit(*p); p++) {
                if (exponent < 1000000000000) exponent = exponent * 10 + (*p - '0');
            }
            d.point += down ? -exponent : exponent;
            *end = p;
        }
    }
    while (d.count > 0 && d.digits[d.count - 1] == '0') d.count--;
    double x = decimal_to_double(&d);
    return negative ? -x : x;
}
