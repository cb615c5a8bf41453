"""pow with a modulus: sizes of one limb, of two, of 32 bits and around, signs, inverses."""
import random

rng = random.Random(3)
for bits in (1, 2, 5, 16, 29, 30, 31, 32, 33, 45, 59, 60, 61, 64, 90):
    for _ in range(60):
        base = rng.getrandbits(rng.choice([1, 8, 30, 31, 60, 70])) * rng.choice([1, -1])
        exponent = rng.getrandbits(rng.choice([1, 2, 5, 29, 30, 31, 60, 61, 100]))
        modulus = (rng.getrandbits(bits) or 1) * rng.choice([1, -1])
        print(base, exponent, modulus, pow(base, exponent, modulus))
        try:
            print(pow(base, -exponent, modulus))
        except ValueError as e:
            print(e)
