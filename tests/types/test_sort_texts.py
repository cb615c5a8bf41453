"""Sorting texts: prefixes, ends, null characters, widths, runs, keys with values; digests of the order."""
import hashlib
import random

rng = random.Random(5)


def digest(items):
    return hashlib.sha256('\x01'.join(items).encode('utf-8', 'surrogatepass')).hexdigest()[:12]


def words(alphabet, longest, n):
    return [''.join(rng.choices(alphabet, k=rng.randrange(longest + 1))) for _ in range(n)]


LISTS = {
    'letters': words('ab', 12, 3000), 'null characters': words('a\0', 20, 3000), 'Latin': words('a\xe9\xff', 9, 2000),
    'wide': words('\u0436\u0437\0', 8, 2000), 'mixed': words('a\u4e2d\U0001f600\0', 7, 2000), 'surrogates': words('a\ud800\U00010000', 5, 1000),
    'same beginning': ['https://example.org/' + w for w in words('abc/', 15, 3000)],
    'long beginning': ['x' * 1000 + w for w in words('ab\0', 10, 500)],
    'growing': ['x' * i for i in range(300)] * 3, 'growing by eight': ['ab' * 4 * (i % 200) + str(i % 7) for i in range(3000)],
    'runs': ['%05d' % i for i in range(2000)] + ['%05d' % i for i in range(0, 2000, 3)],
    'nearly sorted': ['%05d' % i for i in range(2000)] + ['00005'], 'falling': ['%05d' % i for i in range(2000, 0, -1)],
    'equal': ['abc'] * 500, 'few': words('ab', 3, 20), 'one wide': words('ab', 12, 500) + ['\u4e2d'],
    'few different': rng.choices(words('abc', 9, 30), k=3000), 'few long': rng.choices(['https://' + w for w in words('ab\0', 12, 40)], k=3000),
    'few wide': rng.choices(words('a\u4e2d\U0001f600\0', 6, 30), k=2000), 'few mixed': rng.choices(words('a\xe9\u4e2d', 3, 30), k=2000),
    'too many': rng.choices(words('abcd', 9, 300), k=5000), 'one late': ['b', 'a'] * 600 + [str(i) for i in range(300)],
    'runs of few': sum(([w] * 200 for w in 'badcab'), []), 'falling runs': sum(([w] * 9 for w in sorted(words('abc', 6, 200), reverse=True)), []),
    'ends': ['abcdefgh' + 'i' * (i % 3) + '\0' * (i % 4) for i in range(500)],
}
for name, items in LISTS.items():
    for size in (len(items), 30, 23, 25, 401):
        part = items[:size]
        pairs = sorted(enumerate(part), key=lambda pair: pair[1])       # keys with values
        reverse = sorted(range(len(part)), key=part.__getitem__, reverse=True)
        stable = all(a < b for (a, x), (b, y) in zip(pairs, pairs[1:]) if x == y)
        print(name, size, digest(sorted(part)), digest(map(str, (i for i, _ in pairs))), digest(map(str, reverse)), stable,
              sorted(part) == sorted(part, key=lambda t: [ord(c) for c in t]))

# A few keys of every kind: stable, in both directions, keys with values, what the arguments may be.
KEYS = {
    'int': [0, 1, 2, -1, 2**59, -2**59, True and 7], 'large': [0, 2**60, -2**70, 5], 'float': [0.0, -0.0, 1.5, -1.5, float('inf')],
    'nan': [1.0, float('nan'), 0.5], 'latin': ['', 'a', 'a\0', 'abcdefgh', 'abcdefgha', 'abcdefgh\xe9'], 'mixed': [1, 1.0, True, -3],
    'wide': ['', '\u0436', '\u0436\0', 'abc\u4e2d', 'abc\U0001f600', 'abc'], 'tuples': [(1, 'a'), (1, 'b'), (0, 'b')], 'bytes': [b'', b'a', b'b'],
}
for name, keys in KEYS.items():
    seen = hashlib.sha256()
    for n in range(17):
        for _ in range(20):
            items = rng.choices(keys, k=n)
            for reverse in False, True, 0, 1:
                places = sorted(range(n), key=items.__getitem__, reverse=reverse)
                again = items[:]
                again.sort(reverse=reverse)
                seen.update(repr((places, again, sorted(items, reverse=reverse) == again or name == 'nan')).encode())
    print(name, seen.hexdigest()[:12])
for arguments in ({'reverse': 'x'}, {'reverse': 2.5}, {'reverse': 5}, {'reverse': None}, {'key': 5}, {'kee': 5}, {'key': None, 'reverse': True},
                  {'key': None, 'other': 1}, {'key': len}, {'reverse': 2**100}):
    try:
        print(arguments, sorted([1, 3, 2], **arguments))
    except Exception as error:
        print(arguments, type(error).__name__, error)


class Meddling:
    def __lt__(self, other):
        items.append(1)
        return False


items = [Meddling(), Meddling()]
for call in (lambda: items.sort(), lambda: [1, 2].sort(key=lambda k: 1 // 0), lambda: sorted([3, 1], key=lambda k: 1 // (k - 1)), lambda: sorted((3, 'a'))):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)
print(len(items))
