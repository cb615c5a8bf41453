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
