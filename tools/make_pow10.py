"""Write src/base/pow10_table.h: the leading 128 bits of the powers of ten, truncated.

    make_pow10.py > src/base/pow10_table.h
"""
LOW, HIGH = -348, 347


def leading_bits(k):
    """floor(10**k / 2**e) with e such that the result has 128 bits."""
    if k >= 0:
        x = 10 ** k
        n = x.bit_length()
        return x >> (n - 128) if n > 128 else x << (128 - n)
    d = 10 ** -k
    shift = d.bit_length() + 127
    x = (1 << shift) // d
    return x if x.bit_length() == 128 else (1 << (shift + 1)) // d if x.bit_length() < 128 else x >> 1


print('''/* The leading 128 bits of 10**k, truncated, for k = %d .. %d: {high, low} words.
   10**k lies in [p, p + 1) * 2**(floor(k * log2(10)) - 127); exact for 0 <= k <= 55.
   Written by `make tables` (tools/make_pow10.py), and committed. */
#define POW10_MIN (%d)
#define POW10_MAX %d
static const uint64_t pow10_table[%d][2] = {''' % (LOW, HIGH, LOW, HIGH, HIGH - LOW + 1))
for k in range(LOW, HIGH + 1):
    x = leading_bits(k)
    assert x.bit_length() == 128
    print('    {0x%016x, 0x%016x},' % (x >> 64, x & (1 << 64) - 1))
print('};')
