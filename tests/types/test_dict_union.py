"""Dicts made of two: order, sizes as they grow afterwards, copies of them."""
import sys

for n in range(12):
    for k in range(12):
        left = {str(i): i for i in range(n)}
        right = dict(zip(map(str, range(5, 5 + k)), range(k)))
        both, updated, display = left | right, dict(left), {**left, **right}
        updated.update(right)
        print(list(both.items()), [sys.getsizeof(d) for d in (both, updated, display)], both == updated == display)
        both[5.5] = 1
        copied = both.copy()
        print(len(both), sys.getsizeof(both), sys.getsizeof(copied), sys.getsizeof({1: 2} | both))
        copied[6.5] = 2
        print(sys.getsizeof(copied), list(copied))
