"""decimal and fractions: money, a square root, exact sums."""
from decimal import Decimal, getcontext
from fractions import Fraction

N = 2500


def run(n):
    total = Decimal('0')
    rate = Decimal('1.0375')
    for i in range(n):
        price = Decimal(i) / 7
        total += (price * rate).quantize(Decimal('0.01'))
    getcontext().prec = 60
    root = Decimal(2).sqrt()
    getcontext().prec = 28
    share = Fraction(0)
    for i in range(1, n // 16):
        share += Fraction(1, i)
    return str(total), str(root)[:20], share.denominator % 997
