/* Limb kernels: see bigint.h.

   Storage is 30-bit limbs because that is the layout of an int object.  Multiplication packs two
   of them into a 60-bit word and sums whole columns in 128 bits (255 products of 60-bit words
   cannot overflow), which needs a quarter of the multiplications and no carry inside a column.
   Above KARATSUBA_WORDS it splits by Karatsuba's identity (Knuth, TAOCP 2, 4.3.3).  Division is
   Knuth's algorithm D (4.3.1). */
#include "base/bigint.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 u128;

#define WORD_BITS 60
#define WORD_MASK (((uint64_t)1 << WORD_BITS) - 1)
#define KARATSUBA_WORDS 40
/* Limb products from which GMP is worth using, and worth loading. */
#define GMP_USE_WORK 2500
#define GMP_LOAD_WORK 40000
/* Above this many 64-bit limbs a trial allocation comes before GMP, which aborts without memory. */
#define GMP_PROBE_LIMBS ((size_t)1 << 18)

/* ---- small kernels ---------------------------------------------------------------------- */

/* Negative, zero or positive as a < b, a == b, a > b.  Both normalised. */
int
bigint_compare(const limb *a, size_t na, const limb *b, size_t nb)
{
    if (na != nb) return na < nb ? -1 : 1;
    while (na > 0) {
        na--;
        if (a[na] != b[na]) return a[na] < b[na] ? -1 : 1;
    }
    return 0;
}

/* r = a + b over na limbs, na >= nb; returns the carry.  r may be a or b. */
limb
bigint_add(limb *r, const limb *a, size_t na, const limb *b, size_t nb)
{
    limb carry = 0;
    size_t i = 0;
    for (; i < nb; i++) {
        carry += a[i] + b[i];
        r[i] = carry & LIMB_MASK;
        carry >>= LIMB_BITS;
    }
    for (; i < na; i++) {
        carry += a[i];
        r[i] = carry & LIMB_MASK;
        carry >>= LIMB_BITS;
    }
    return carry;
}

/* r = a - b over na limbs, na >= nb; returns the borrow (0 if a >= b).  r may be a or b. */
limb
bigint_sub(limb *r, const limb *a, size_t na, const limb *b, size_t nb)
{
    limb borrow = 0;
    size_t i = 0;
    for (; i < nb; i++) {
        limb d = a[i] - b[i] - borrow;
        r[i] = d & LIMB_MASK;
        borrow = d >> 31;
    }
    for (; i < na; i++) {
        limb d = a[i] - borrow;
        r[i] = d & LIMB_MASK;
        borrow = d >> 31;
    }
    return borrow;
}

/* r = a << bits over n limbs, 0 <= bits < 30; returns what was shifted out.  r may be a. */
limb
bigint_shift_left(limb *r, const limb *a, size_t n, int bits)
{
    limb carry = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t x = (uint64_t)a[i] << bits | carry;
        r[i] = (limb)x & LIMB_MASK;
        carry = (limb)(x >> LIMB_BITS);
    }
    return carry;
}

/* r = a >> bits over n limbs, 0 <= bits < 30; returns the bits lost.  r may be a. */
limb
bigint_shift_right(limb *r, const limb *a, size_t n, int bits)
{
    limb high = 0, mask = ((limb)1 << bits) - 1;
    for (size_t i = n; i-- > 0;) {
        uint64_t x = (uint64_t)high << LIMB_BITS | a[i];
        high = a[i] & mask;
        r[i] = (limb)(x >> bits);
    }
    return high;
}

/* r = a * b + carry over n limbs; returns the top limb.  r may be a. */
limb
bigint_mul_limb(limb *r, const limb *a, size_t n, limb b, limb carry)
{
    uint64_t x = carry;
    for (size_t i = 0; i < n; i++) {
        x += (uint64_t)a[i] * b;
        r[i] = (limb)x & LIMB_MASK;
        x >>= LIMB_BITS;
    }
    return (limb)x;
}

/* q = a / d over n limbs; returns the remainder.  q may be a. */
limb
bigint_divmod_limb(limb *q, const limb *a, size_t n, limb d)
{
    uint64_t rest = 0;
    for (size_t i = n; i-- > 0;) {
        uint64_t x = rest << LIMB_BITS | a[i];
        uint64_t part = x / d;
        q[i] = (limb)part;
        rest = x - part * d;
    }
    return (limb)rest;
}

/* a mod d. */
limb
bigint_mod_limb(const limb *a, size_t n, limb d)
{
    uint64_t rest = 0;
    for (size_t i = n; i-- > 0;) rest = (rest << LIMB_BITS | a[i]) % d;
    return (limb)rest;
}

/* ---- GMP -------------------------------------------------------------------------------- */

static COLD bool
library_load(struct BigintLibrary *lib)
{
    static const struct {
        const char *name;
        size_t offset;
    } wanted[] = {
        {"__gmpn_mul", offsetof(struct BigintLibrary, mul)},
        {"__gmpn_sqr", offsetof(struct BigintLibrary, sqr)},
        {"__gmpn_tdiv_qr", offsetof(struct BigintLibrary, tdiv_qr)},
        {"__gmpn_get_str", offsetof(struct BigintLibrary, get_str)},
        {"__gmpn_set_str", offsetof(struct BigintLibrary, set_str)},
        {"__gmpz_powm", offsetof(struct BigintLibrary, powm)},
        {"__gmpz_gcd", offsetof(struct BigintLibrary, gcd)},
        {"__gmpz_init", offsetof(struct BigintLibrary, init)},
        {"__gmpz_clear", offsetof(struct BigintLibrary, clear)},
    };
    lib->state = -1;
    if (sizeof(unsigned long) != 8) return false;
    void *handle = dlopen("libgmp.so.10", RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) return false;
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        void *symbol = dlsym(handle, wanted[i].name);
        if (symbol == NULL) return false;
        memcpy((char *)lib + wanted[i].offset, &symbol, sizeof symbol);
    }
    lib->state = 1;
    return true;
}

/* True if GMP should do an operation of about `work` limb products. */
static bool
library_ready(struct BigintLibrary *lib, double work)
{
    if (lib == NULL || work < GMP_USE_WORK || lib->state < 0) return false;
    if (lib->state > 0) return true;
    return work >= GMP_LOAD_WORK && library_load(lib);
}

/* 64-bit limbs needed for n 30-bit limbs. */
static size_t
packed_size(size_t n)
{
    return n / 32 * 15 + (n % 32 * LIMB_BITS + 63) / 64;
}

static void
pack64(uint64_t *out, const limb *a, size_t n)
{
    u128 acc = 0;
    int bits = 0;
    for (size_t i = 0; i < n; i++) {
        acc |= (u128)a[i] << bits;
        bits += LIMB_BITS;
        if (bits >= 64) {
            *out++ = (uint64_t)acc;
            acc >>= 64;
            bits -= 64;
        }
    }
    if (bits > 0) *out = (uint64_t)acc;
}

/* Writes exactly n limbs; what does not fit must be zero. */
static void
unpack64(limb *r, size_t n, const uint64_t *a, size_t na)
{
    u128 acc = 0;
    int bits = 0;
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (bits < LIMB_BITS && used < na) {
            acc |= (u128)a[used++] << bits;
            bits += 64;
        }
        r[i] = (limb)acc & LIMB_MASK;
        acc >>= LIMB_BITS;
        bits = bits > LIMB_BITS ? bits - LIMB_BITS : 0;
    }
}

/* An array of n 64-bit limbs, NULL without memory.  Large requests also make sure that the
   several times larger scratch space GMP asks for is likely to be had. */
static uint64_t *
packed_alloc(size_t n)
{
    if (n > SIZE_MAX / 128) return NULL;
    if (n > GMP_PROBE_LIMBS) {
        void *probe = malloc(n * 8 * 8);
        if (probe == NULL) return NULL;
        free(probe);
    }
    return malloc((n + 1) * 8);
}

static status
gmp_mul(struct BigintLibrary *lib, limb *r, const limb *a, size_t na, const limb *b, size_t nb)
{
    size_t pa = packed_size(na), pb = packed_size(nb);
    bool square = a == b && na == nb;
    uint64_t *x = packed_alloc(2 * (pa + pb));
    if (x == NULL) return -1;
    uint64_t *y = x + pa, *product = y + pb;
    pack64(x, a, na);
    if (square) {
        lib->sqr((unsigned long *)product, (unsigned long *)x, (long)pa);
    } else {
        pack64(y, b, nb);
        if (pa >= pb) {
            lib->mul((unsigned long *)product, (unsigned long *)x, (long)pa, (unsigned long *)y,
                     (long)pb);
        } else {
            lib->mul((unsigned long *)product, (unsigned long *)y, (long)pb, (unsigned long *)x,
                     (long)pa);
        }
    }
    unpack64(r, na + nb, product, pa + pb);
    free(x);
    return 0;
}

static size_t
packed_normalise(const uint64_t *a, size_t n)
{
    while (n > 0 && a[n - 1] == 0) n--;
    return n;
}

static status
gmp_divmod(struct BigintLibrary *lib, limb *q, limb *r, const limb *a, size_t na, const limb *b,
           size_t nb)
{
    size_t pa = packed_size(na), pb = packed_size(nb);
    uint64_t *x = packed_alloc(2 * (pa + pb) + 2);
    if (x == NULL) return -1;
    uint64_t *y = x + pa, *quotient = y + pb, *rest = quotient + pa + 1;
    pack64(x, a, na);
    pack64(y, b, nb);
    size_t ua = packed_normalise(x, pa), ub = packed_normalise(y, pb);
    if (ua < ub) {
        memset(q, 0, (na - nb + 1) * sizeof(limb));
        memcpy(r, a, nb * sizeof(limb));
    } else {
        lib->tdiv_qr((unsigned long *)quotient, (unsigned long *)rest, 0, (unsigned long *)x,
                     (long)ua, (unsigned long *)y, (long)ub);
        unpack64(q, na - nb + 1, quotient, ua - ub + 1);
        unpack64(r, nb, rest, ub);
    }
    free(x);
    return 0;
}

/* A read-only GMP integer over packed limbs. */
static struct BigintGmpInt
gmp_view(uint64_t *packed, size_t n)
{
    return (struct BigintGmpInt){(int)n, (int)packed_normalise(packed, n), (unsigned long *)packed};
}

/* ---- multiplication --------------------------------------------------------------------- */

static size_t
words_from_limbs(uint64_t *w, const limb *a, size_t n)
{
    size_t count = n / 2;
    for (size_t i = 0; i < count; i++) w[i] = (uint64_t)a[2 * i + 1] << LIMB_BITS | a[2 * i];
    if (n & 1) w[count++] = a[n - 1];
    return count;
}

static void
limbs_from_words(limb *r, size_t n, const uint64_t *w)
{
    for (size_t i = 0; i < n / 2; i++) {
        r[2 * i] = (limb)w[i] & LIMB_MASK;
        r[2 * i + 1] = (limb)(w[i] >> LIMB_BITS);
    }
    if (n & 1) r[n - 1] = (limb)w[n / 2] & LIMB_MASK;
}

/* r[na + nb] = a * b by columns; nb <= na, nb < 256. */
static void
words_mul_columns(uint64_t *r, const uint64_t *a, size_t na, const uint64_t *b, size_t nb)
{
    u128 acc = 0;
    for (size_t k = 0; k < na + nb - 1; k++) {
        size_t low = k >= na ? k - na + 1 : 0, high = k < nb ? k : nb - 1;
        const uint64_t *pa = a + (k - low), *pb = b + low;
        for (size_t count = high - low + 1; count > 0; count--) acc += (u128)*pa-- * *pb++;
        r[k] = (uint64_t)acc & WORD_MASK;
        acc >>= WORD_BITS;
    }
    r[na + nb - 1] = (uint64_t)acc;
}

/* r[2n] = a * a; each mixed product once, then doubled.  n < 128. */
static void
words_square_columns(uint64_t *r, const uint64_t *a, size_t n)
{
    u128 carry = 0;
    for (size_t k = 0; k < 2 * n - 1; k++) {
        size_t low = k >= n ? k - n + 1 : 0;
        u128 acc = 0;
        size_t i = low, j = k - low;
        for (; i < j; i++, j--) acc += (u128)a[i] * a[j];
        acc <<= 1;
        if (i == j) acc += (u128)a[i] * a[i];
        acc += carry;
        r[k] = (uint64_t)acc & WORD_MASK;
        carry = acc >> WORD_BITS;
    }
    r[2 * n - 1] = (uint64_t)carry;
}

static uint64_t
words_add(uint64_t *r, size_t n, const uint64_t *a, size_t na)
{
    uint64_t carry = 0;
    size_t i = 0;
    for (; i < na; i++) {
        carry += r[i] + a[i];
        r[i] = carry & WORD_MASK;
        carry >>= WORD_BITS;
    }
    for (; carry && i < n; i++) {
        carry += r[i];
        r[i] = carry & WORD_MASK;
        carry >>= WORD_BITS;
    }
    return carry;
}

static void
words_sub(uint64_t *r, size_t n, const uint64_t *a, size_t na)
{
    uint64_t borrow = 0;
    size_t i = 0;
    for (; i < na; i++) {
        uint64_t d = r[i] - a[i] - borrow;
        r[i] = d & WORD_MASK;
        borrow = d >> 63;
    }
    for (; borrow && i < n; i++) {
        uint64_t d = r[i] - borrow;
        r[i] = d & WORD_MASK;
        borrow = d >> 63;
    }
}

/* r[n] = |a - b| where b has nb <= n words; returns true if a < b. */
static bool
words_difference(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n, size_t nb)
{
    size_t i = n;
    int sign = 0;
    while (i > 0 && sign == 0) {
        i--;
        uint64_t y = i < nb ? b[i] : 0;
        if (a[i] != y) sign = a[i] < y ? -1 : 1;
    }
    uint64_t borrow = 0;
    for (i = 0; i < n; i++) {
        uint64_t y = i < nb ? b[i] : 0;
        uint64_t d = sign < 0 ? y - a[i] - borrow : a[i] - y - borrow;
        r[i] = d & WORD_MASK;
        borrow = d >> 63;
    }
    return sign < 0;
}

/* r[2n] = a * b, both n words; scratch holds 4n + 128 words. */
static void
words_mul_karatsuba(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n, uint64_t *scratch)
{
    if (n <= KARATSUBA_WORDS) {
        if (a == b) {
            words_square_columns(r, a, n);
        } else {
            words_mul_columns(r, a, n, b, n);
        }
        return;
    }
    /* a = a1*B + a0 with half = words in a0 >= words in a1.
       a*b = a1b1*B^2 + (a1b1 + a0b0 - (a0-a1)(b0-b1))*B + a0b0 */
    size_t half = (n + 1) / 2, rest = n - half;
    uint64_t *da = scratch, *db = scratch + half, *middle = scratch + 2 * half;
    uint64_t *deeper = scratch + 4 * half;
    bool negative = words_difference(da, a, a + half, half, rest);
    if (a == b) {
        words_mul_karatsuba(middle, da, da, half, deeper);
        negative = false;
    } else {
        negative ^= words_difference(db, b, b + half, half, rest);
        words_mul_karatsuba(middle, da, db, half, deeper);
    }
    /* The differences are used up: their room holds nothing from here on. */
    words_mul_karatsuba(r, a, b, half, deeper);
    words_mul_karatsuba(r + 2 * half, a + half, b + half, rest, deeper);
    uint64_t *sum = deeper;
    memcpy(sum, r, 2 * half * sizeof *sum);
    sum[2 * half] = words_add(sum, 2 * half, r + 2 * half, 2 * rest);
    if (negative) {
        sum[2 * half] += words_add(sum, 2 * half, middle, 2 * half);
    } else {
        words_sub(sum, 2 * half + 1, middle, 2 * half);
    }
    words_add(r + half, 2 * n - half, sum, 2 * half + 1);
}

/* Words of scratch that words_mul_karatsuba needs for n words. */
static size_t
karatsuba_scratch(size_t n)
{
    size_t total = 0;
    while (n > KARATSUBA_WORDS) {
        size_t half = (n + 1) / 2;
        total += 4 * half;
        n = half;
    }
    /* One level keeps its sum where deeper levels work. */
    return total + 4 * KARATSUBA_WORDS + 8;
}

static status
words_mul(limb *r, const limb *a, size_t na, const limb *b, size_t nb)
{
    uint64_t local[4 * 64];
    size_t wa = (na + 1) / 2, wb = (nb + 1) / 2;
    bool big = wb > KARATSUBA_WORDS;
    size_t need = 2 * (wa + wb) + (big ? karatsuba_scratch(wb) + 2 * wb + wb + 2 * wb : 0);
    uint64_t *x = local;
    if (need > ARRAY_LEN(local)) {
        x = malloc(need * sizeof *x);
        if (x == NULL) return -1;
    }
    uint64_t *y = x + wa, *product = y + wb, *scratch = product + wa + wb;
    words_from_limbs(x, a, na);
    if (a == b && na == nb) {
        y = x;
    } else {
        words_from_limbs(y, b, nb);
    }
    if (!big) {
        if (y == x) {
            words_square_columns(product, x, wa);
        } else {
            words_mul_columns(product, x, wa, y, wb);
        }
    } else if (wa == wb) {
        words_mul_karatsuba(product, x, y, wa, scratch);
    } else {
        /* Unbalanced: one block of wb words of the longer operand at a time. */
        uint64_t *part = scratch, *padded = scratch + 2 * wb;
        scratch += 3 * wb;
        memset(product, 0, (wa + wb) * sizeof *product);
        for (size_t start = 0; start < wa; start += wb) {
            size_t count = wa - start < wb ? wa - start : wb;
            memcpy(padded, x + start, count * sizeof *padded);
            memset(padded + count, 0, (wb - count) * sizeof *padded);
            words_mul_karatsuba(part, padded, y, wb, scratch);
            words_add(product + start, wa + wb - start, part, count + wb);
        }
    }
    limbs_from_words(r, na + nb, product);
    if (x != local) free(x);
    return 0;
}

/* r[na + nb] = a * b.  r is neither a nor b; both at least one limb.  -1 without memory. */
status
bigint_mul(struct BigintLibrary *lib, limb *r, const limb *a, size_t na, const limb *b, size_t nb)
{
    if (na < nb) {
        const limb *c = a;
        size_t nc = na;
        a = b, na = nb;
        b = c, nb = nc;
    }
    if (nb <= 4) {
        r[na] = bigint_mul_limb(r, a, na, b[0], 0);
        for (size_t j = 1; j < nb; j++) {
            uint64_t x = 0;
            for (size_t i = 0; i < na; i++) {
                x += (uint64_t)a[i] * b[j] + r[i + j];
                r[i + j] = (limb)x & LIMB_MASK;
                x >>= LIMB_BITS;
            }
            r[na + j] = (limb)x;
        }
        return 0;
    }
    if (library_ready(lib, (double)na * (double)nb)) return gmp_mul(lib, r, a, na, b, nb);
    return words_mul(r, a, na, b, nb);
}

/* ---- division --------------------------------------------------------------------------- */

/* Algorithm D on normalised operands: u has na + 1 limbs and ends as the remainder. */
static void
divide_limbs(limb *q, limb *u, size_t na, const limb *v, size_t nb)
{
    limb v1 = v[nb - 1], v2 = v[nb - 2];
    for (size_t j = na - nb + 1; j-- > 0;) {
        uint64_t top = (uint64_t)u[j + nb] << LIMB_BITS | u[j + nb - 1];
        uint64_t guess = top / v1, rest = top - guess * v1;
        while (guess >> LIMB_BITS || guess * v2 > (rest << LIMB_BITS | u[j + nb - 2])) {
            guess--;
            rest += v1;
            if (rest >> LIMB_BITS) break;
        }
        int64_t carry = 0;
        for (size_t i = 0; i < nb; i++) {
            int64_t x = (int64_t)u[i + j] + carry - (int64_t)(guess * v[i]);
            u[i + j] = (limb)x & LIMB_MASK;
            carry = x >> LIMB_BITS;
        }
        carry += u[j + nb];
        u[j + nb] = 0;
        if (carry < 0) {
            /* The guess was one too large: add the divisor back. */
            limb extra = 0;
            for (size_t i = 0; i < nb; i++) {
                extra += u[i + j] + v[i];
                u[i + j] = extra & LIMB_MASK;
                extra >>= LIMB_BITS;
            }
            guess--;
        }
        q[j] = (limb)guess;
    }
}

/* q[na - nb + 1], r[nb] = divmod(a, b); b normalised with nb >= 2, na >= nb.  -1 without memory. */
status
bigint_divmod(struct BigintLibrary *lib, limb *q, limb *r, const limb *a, size_t na, const limb *b,
              size_t nb)
{
    if (library_ready(lib, (double)(na - nb + 1) * (double)nb)) {
        return gmp_divmod(lib, q, r, a, na, b, nb);
    }
    limb local[96];
    limb *u = local;
    if (na + 1 + nb > ARRAY_LEN(local)) {
        u = malloc((na + 1 + nb) * sizeof *u);
        if (u == NULL) return -1;
    }
    limb *v = u + na + 1;
    int shift = LIMB_BITS - limb_bit_length(b[nb - 1]);
    bigint_shift_left(v, b, nb, shift);
    u[na] = bigint_shift_left(u, a, na, shift);
    divide_limbs(q, u, na, v, nb);
    bigint_shift_right(r, u, nb, shift);
    if (u != local) free(u);
    return 0;
}

/* ---- modular power, greatest common divisor --------------------------------------------- */

/* r[nmodulus] = base ** exponent mod modulus by GMP.  1 done, 0 not worth it or no GMP (the caller
   goes its own way), -1 without memory.  All normalised and positive. */
truth
bigint_powmod(struct BigintLibrary *lib, limb *r, const limb *base, size_t nbase,
              const limb *exponent, size_t nexponent, const limb *modulus, size_t nmodulus)
{
    double work = (double)nmodulus * (double)nmodulus * (double)nexponent * LIMB_BITS;
    if (nmodulus < 4 || !library_ready(lib, work)) return 0;
    size_t pb = packed_size(nbase), pe = packed_size(nexponent), pm = packed_size(nmodulus);
    if (pb > INT32_MAX || pe > INT32_MAX || pm > INT32_MAX) return 0;
    uint64_t *x = packed_alloc(pb + pe + pm);
    if (x == NULL) return -1;
    pack64(x, base, nbase);
    pack64(x + pb, exponent, nexponent);
    pack64(x + pb + pe, modulus, nmodulus);
    struct BigintGmpInt b = gmp_view(x, pb), e = gmp_view(x + pb, pe), m = gmp_view(x + pb + pe, pm);
    struct BigintGmpInt result;
    lib->init(&result);
    lib->powm(&result, &b, &e, &m);
    unpack64(r, nmodulus, (uint64_t *)result.limbs, (size_t)result.size);
    lib->clear(&result);
    free(x);
    return 1;
}

/* r = gcd(a, b) by GMP, *nr its normalised size; r has min(na, nb) limbs.  Results as above. */
truth
bigint_gcd(struct BigintLibrary *lib, limb *r, size_t *nr, const limb *a, size_t na, const limb *b,
           size_t nb)
{
    if (na < 8 || nb < 8 || !library_ready(lib, (double)na * (double)nb)) return 0;
    size_t pa = packed_size(na), pb = packed_size(nb), room = na < nb ? na : nb;
    if (pa > INT32_MAX || pb > INT32_MAX) return 0;
    uint64_t *x = packed_alloc(pa + pb);
    if (x == NULL) return -1;
    pack64(x, a, na);
    pack64(x + pa, b, nb);
    struct BigintGmpInt va = gmp_view(x, pa), vb = gmp_view(x + pa, pb), result;
    lib->init(&result);
    lib->gcd(&result, &va, &vb);
    unpack64(r, room, (uint64_t *)result.limbs, (size_t)result.size);
    *nr = bigint_normalise(r, room);
    lib->clear(&result);
    free(x);
    return 1;
}

/* ---- digits ----------------------------------------------------------------------------- */

#define NINE_DIGITS 1000000000u

/* An upper bound for the number of decimal digits of n limbs. */
size_t
bigint_decimal_bound(size_t n)
{
    /* 30 * log10(2) = 9.0309 */
    return n * 9 + n / 32 + 2;
}

static char *
write_nine(char *out, uint32_t x)
{
    for (int i = 8; i >= 0; i--) {
        out[i] = (char)('0' + x % 10);
        x /= 10;
    }
    return out + 9;
}

static size_t
write_leading(char *out, uint32_t x)
{
    char text[10];
    size_t n = 0;
    do {
        text[n++] = (char)('0' + x % 10);
        x /= 10;
    } while (x);
    for (size_t i = 0; i < n; i++) out[i] = text[n - 1 - i];
    return n;
}

/* Writes a (normalised, not zero) in decimal; returns the length, 0 without memory.
   out has bigint_decimal_bound(n) bytes. */
size_t
bigint_to_decimal(struct BigintLibrary *lib, char *out, const limb *a, size_t n)
{
    if (library_ready(lib, (double)n * (double)n)) {
        size_t count = packed_size(n);
        uint64_t *x = packed_alloc(count + 1);
        if (x == NULL) return 0;
        pack64(x, a, n);
        count = packed_normalise(x, count);
        size_t length = lib->get_str((unsigned char *)out, 10, (unsigned long *)x, (long)count);
        free(x);
        size_t zeros = 0;
        while (zeros + 1 < length && out[zeros] == 0) zeros++;
        length -= zeros;
        for (size_t i = 0; i < length; i++) out[i] = (char)(out[i + zeros] + '0');
        return length;
    }
    /* Horner over the limbs in base 10**9, least significant group first. */
    uint32_t local[80];
    uint32_t *groups = local;
    size_t room = n + n / 32 + 2, used = 0;
    if (room > ARRAY_LEN(local)) {
        groups = malloc(room * sizeof *groups);
        if (groups == NULL) return 0;
    }
    for (size_t i = n; i-- > 0;) {
        uint64_t carry = a[i];
        for (size_t j = 0; j < used; j++) {
            uint64_t x = (uint64_t)groups[j] << LIMB_BITS | carry;
            carry = x / NINE_DIGITS;
            groups[j] = (uint32_t)(x - carry * NINE_DIGITS);
        }
        while (carry) {
            groups[used++] = (uint32_t)(carry % NINE_DIGITS);
            carry /= NINE_DIGITS;
        }
    }
    char *p = out + write_leading(out, used ? groups[used - 1] : 0);
    while (used > 1) {
        used--;
        p = write_nine(p, groups[used - 1]);
    }
    if (groups != local) free(groups);
    return (size_t)(p - out);
}

/* Limbs that hold any number of ndigits digits in a base from 2 to 36. */
size_t
bigint_digits_bound(size_t ndigits, int base)
{
    /* Bits per digit, rounded up to 1/64. */
    double bits = 0;
    for (int b = 1; b < base; b *= 2) bits += 1;
    static const unsigned char sixtyfourths[37] = {
        [2] = 64,  [3] = 102, [4] = 128, [5] = 149, [6] = 166, [7] = 180, [8] = 192, [9] = 203,
        [10] = 213, [11] = 222, [12] = 230, [13] = 237, [14] = 244, [15] = 251,
    };
    if (base < 16) bits = sixtyfourths[base] / 64.0;
    return (size_t)((double)ndigits * bits / LIMB_BITS) + 2;
}

/* r = the number with the given digit values (most significant first), *nr its normalised size.
   r has bigint_digits_bound() limbs.  -1 without memory. */
status
bigint_from_digits(struct BigintLibrary *lib, limb *r, size_t *nr, const unsigned char *digits,
                   size_t ndigits, int base)
{
    size_t room = bigint_digits_bound(ndigits, base);
    if (library_ready(lib, (double)room * (double)room)) {
        while (ndigits > 0 && *digits == 0) digits++, ndigits--;
        if (ndigits == 0) {
            *nr = 0;
            return 0;
        }
        size_t count = packed_size(room) + 2;
        uint64_t *x = packed_alloc(count);
        if (x == NULL) return -1;
        long used = lib->set_str((unsigned long *)x, digits, ndigits, base);
        unpack64(r, room, x, (size_t)used);
        free(x);
        *nr = bigint_normalise(r, room);
        return 0;
    }
    limb group_base = (limb)base;
    size_t group = 1, used = 0;
    while ((uint64_t)group_base * (limb)base <= LIMB_MASK) {
        group_base *= (limb)base;
        group++;
    }
    /* The first group takes the odd digits, so that all others are full. */
    size_t take = ndigits % group ? ndigits % group : group;
    for (size_t i = 0; i < ndigits; take = group) {
        limb value = 0;
        for (size_t end = i + take; i < end; i++) value = value * (limb)base + digits[i];
        limb top = bigint_mul_limb(r, r, used, group_base, value);
        if (top) r[used++] = top;
    }
    *nr = bigint_normalise(r, used);
    return 0;
}
