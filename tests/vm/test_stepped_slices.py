"""Slices with a step, read by a warm instruction: every kind of bound, and lists that change meanwhile."""
def read(c, a, b, s):
    return c[a:b:s]
out = []
L, T = list(range(7)), tuple(range(7))
values = (None, 0, 1, 2, 3, 6, 7, 8, 100, -1, -2, -6, -7, -8, -100, True, 10 ** 20, -10 ** 20)
import random
for c in (L, T, 'abcdefg', b'abcdefg', [], (), range(7)):
    for a in values:
        for b in values:
            for s in (None, 1, 2, 3, -1, -2, -3, 7, -7, 100, -100, True, 10 ** 20, -10 ** 20):
                out.append(read(c, a, b, s))
print(len(out)); import hashlib; print(hashlib.md5(repr(out).encode()).hexdigest())
for bad in (0, 'a', 1.5, False):
    for c in (L, T):
        try: print(read(c, 1, 2, bad))
        except Exception as e: print(type(e).__name__, e)
t = (1, 2, 3)
print(t[::1] is t, read(t, None, None, 1) is t, read(L, None, None, 1) is L)
class I:
    def __index__(self): return -1
for i in range(20): x = read(L, None, None, I())
print(x, read(t, I(), None, -1))
import gc
class F:
    def __init__(self): self.me = self
    def __del__(self): L2.clear()
L2 = list(range(5))
gc.set_threshold(1)
for i in range(50):
    F(); L2[:] = range(5); y = read(L2, None, None, -1)
    assert y in ([], [4, 3, 2, 1, 0]), y
gc.set_threshold(700)
