"""factorial, perm and comb: around the sizes where words no longer hold the product."""
import math

for n in (*range(200), 1000, 5000):
    print(hash(math.factorial(n)), n < 60 and math.factorial(n))
for n in (0, 1, 5, 20, 21, 30, 100, 2**31, 2**62, 2**63 - 1, 2**64, 10**25):
    for k in (0, 1, 2, 3, 10, 19, 20, 21, 25):
        print(n, k, math.perm(n, k), math.comb(n, k))
