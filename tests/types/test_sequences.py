"""Sequences: growth, slicing, sorting, mutation under iteration.  Both interpreters must agree."""
import sys


def attempt(f, *args):
    try:
        return f(*args)
    except Exception as e:
        return type(e).__name__, str(e)


sizes, items = [], []
for i in range(70):
    items.append(i)
    sizes.append(sys.getsizeof(items))
while items:
    items.pop()
    sizes.append(sys.getsizeof(items))
print('list', sizes)
data, sizes = bytearray(), []
for i in range(70):
    data.append(i)
    sizes.append(data.__alloc__())
while data:
    del data[:3]
    sizes.append(data.__alloc__())
print('bytearray', sizes)
print([sys.getsizeof(list(x)) for x in (range(7), (1, 2, 3), 'ab', iter([1]), {1: 2}, (i for i in range(9)))])

slices = [slice(a, b, c) for a in (None, -3, 0, 2, 9) for b in (None, -1, 0, 4) for c in (None, -2, 1, 3)]
for make in (list, tuple, bytes, bytearray, lambda r: memoryview(bytes(r)).tolist(), range(6).__class__):
    source = make(range(6)) if make is not range else range(6)
    print([source[s] for s in slices])
for s in slices:
    target, raw = list(range(6)), bytearray(range(6))
    attempt(target.__setitem__, s, 'xy')
    attempt(raw.__setitem__, s, b'xy')
    print(target, raw, end=' ')
    target, raw = list(range(6)), bytearray(range(6))
    del target[s], raw[s]
    print(target, raw)


class Counted:
    calls = log = 0

    def __init__(self, value):
        self.value = value

    def __lt__(self, other):
        Counted.calls += 1
        Counted.log = (Counted.log * 31 + self.value * 7 + other.value) % 1000003
        return self.value < other.value


for n in (1, 2, 31, 32, 64, 65, 300, 1000):
    for kind in range(5):
        values = [(i * 7919 + kind) % (n + 3) for i in range(n)]
        if kind == 1:
            values.sort()
        elif kind == 2:
            values.sort(reverse=True)
        elif kind == 3:
            values = sorted(values[:n // 2]) + sorted(values[n // 2:])
        elif kind == 4:
            values = [v % 3 for v in values]
        Counted.calls = 0
        print(n, kind, [x.value for x in sorted(map(Counted, values))] == sorted(values),
              Counted.calls, Counted.log)


class Spoiler:
    def __eq__(self, other):
        victim.clear()
        return False

    def __lt__(self, other):
        victim.append(self)
        return True


for method in ('index', 'count', 'remove', '__contains__', '__eq__'):
    victim = [Spoiler() for _ in range(4)]
    argument = [1] * 4 if method == '__eq__' else 5
    print(method, attempt(getattr(victim, method), argument), len(victim))
victim = [Spoiler() for _ in range(4)]
print(attempt(victim.sort), len(victim))

deep = []
for _ in range(100000):
    deep = [deep]
del deep
print(attempt(list, zip([1], [], strict=True)), attempt(list, zip([1, 2], [3], [4], strict=True)))
print([attempt(b'%' + c + b'|', x) if 0 else attempt((b'%5.2' + c + b'|').__mod__, x)
       for c in (b'd', b'f', b's', b'x', b'a', b'c', b'z') for x in (5, 2.5, b'abc', 'x', None)])
print([attempt(getattr(b' aXb  cX ', m), *a) for m, a in (
    ('split', ()), ('split', (None, 1)), ('rsplit', (None, 1)), ('split', (b'X',)), ('strip', ()),
    ('partition', (b'X',)), ('rpartition', (b'X',)), ('replace', (b'X', b'--')), ('title', ()),
    ('center', (15, b'*')), ('expandtabs', ()), ('hex', (':', 2)), ('find', (b'X', 4)), ('count', (b'X',)))])
