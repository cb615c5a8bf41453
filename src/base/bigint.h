/* Kernels on unsigned integers held as arrays of 30-bit limbs, least significant first.

   A number is (pointer, count).  Kernels never allocate their result: the caller gives an array of
   the stated size.  Counts may include leading zero limbs unless a kernel says "normalised"
   (top limb not zero; zero is the empty array).  Large operands are handed to GMP, which is
   loaded on the first operation that is big enough to repay it; without GMP everything still
   works, only slower. */
#ifndef KRAIT_BASE_BIGINT_H
#define KRAIT_BASE_BIGINT_H

#include "base/common.h"

typedef uint32_t limb;
#define LIMB_BITS 30
#define LIMB_MASK ((limb)((1u << LIMB_BITS) - 1))

/* GMP's mpz_t, laid out as its ABI has it. */
struct BigintGmpInt {
    int alloc;
    int size;
    unsigned long *limbs;
};

/* The functions of GMP in use.  `state`: 0 not tried, 1 loaded, -1 not to be had. */
struct BigintLibrary {
    int state;
    unsigned long (*mul)(unsigned long *r, const unsigned long *a, long na,
                         const unsigned long *b, long nb);
    void (*sqr)(unsigned long *r, const unsigned long *a, long n);
    void (*tdiv_qr)(unsigned long *q, unsigned long *r, long qxn, const unsigned long *a, long na,
                    const unsigned long *d, long nd);
    size_t (*get_str)(unsigned char *out, int base, unsigned long *a, long n);
    long (*set_str)(unsigned long *r, const unsigned char *digits, size_t n, int base);
    void (*powm)(struct BigintGmpInt *r, const struct BigintGmpInt *base,
                 const struct BigintGmpInt *exponent, const struct BigintGmpInt *modulus);
    void (*gcd)(struct BigintGmpInt *r, const struct BigintGmpInt *a, const struct BigintGmpInt *b);
    void (*init)(struct BigintGmpInt *r);
    void (*clear)(struct BigintGmpInt *r);
};

/* The number of significant bits of a limb. */
static inline int
limb_bit_length(limb x)
{
    return x ? 32 - __builtin_clz(x) : 0;
}

/* The count without leading zero limbs. */
static inline size_t
bigint_normalise(const limb *a, size_t n)
{
    while (n > 0 && a[n - 1] == 0) n--;
    return n;
}

int bigint_compare(const limb *a, size_t na, const limb *b, size_t nb);
limb bigint_add(limb *r, const limb *a, size_t na, const limb *b, size_t nb);
limb bigint_sub(limb *r, const limb *a, size_t na, const limb *b, size_t nb);
limb bigint_shift_left(limb *r, const limb *a, size_t n, int bits);
limb bigint_shift_right(limb *r, const limb *a, size_t n, int bits);
limb bigint_mul_limb(limb *r, const limb *a, size_t n, limb b, limb carry);
limb bigint_divmod_limb(limb *q, const limb *a, size_t n, limb d);
limb bigint_mod_limb(const limb *a, size_t n, limb d);

status bigint_mul(struct BigintLibrary *lib, limb *r, const limb *a, size_t na, const limb *b,
                  size_t nb);
status bigint_divmod(struct BigintLibrary *lib, limb *q, limb *r, const limb *a, size_t na,
                     const limb *b, size_t nb);
truth bigint_powmod(struct BigintLibrary *lib, limb *r, const limb *base, size_t nbase,
                    const limb *exponent, size_t nexponent, const limb *modulus, size_t nmodulus);
truth bigint_gcd(struct BigintLibrary *lib, limb *r, size_t *nr, const limb *a, size_t na,
                 const limb *b, size_t nb);

size_t bigint_decimal_bound(size_t n);
size_t bigint_to_decimal(struct BigintLibrary *lib, char *out, const limb *a, size_t n);
size_t bigint_digits_bound(size_t ndigits, int base);
status bigint_from_digits(struct BigintLibrary *lib, limb *r, size_t *nr,
                          const unsigned char *digits, size_t ndigits, int base);

#endif
