"""Corners that nobody should reach: what the reference happens to do there."""
import re
import struct
import sys


def show(f, *args):
    try:
        result = f(*args)
        print(result if 'iterator' not in repr(result) else type(result))
    except Exception as e:
        print(repr(e))


# the state of an iterator over large ranges is taken as it is
it = iter(range(2 ** 70))
for state in (1.5, 'a', None, 2 ** 80, -3, 5):
    show(it.__setstate__, state)
    show(next, it)
    show(it.__length_hint__)
it = iter(range(7))
for state in (1.5, 'a', None, 2 ** 80, -3, 5):
    show(it.__setstate__, state)
    show(next, it)

# a counted string without room for its count
for spec in ('0p', '3p0p', '<0p', '1p', '0s'):
    show(struct.pack, spec, b'')
    show(struct.pack, spec, b'abc')
    show(struct.unpack, spec, bytes(struct.calcsize(spec)))

# searching from behind the end
for pattern in ('', 'a*', '$', '^', '(?=)', 'a', 'b*?', r'\b', r'\B', '.*', '(a|)', '(?<=b)', '(?!x)', r'(a?)\1'):
    compiled = re.compile(pattern)
    for pos, end in ((3, 1), (2, 2), (5, 0), (10, 2), (-1, -1), (0, 99), (3, -5)):
        for method in ('match', 'search', 'fullmatch', 'findall'):
            show(getattr(compiled, method), 'aab', pos, end)
        show(lambda: [m.span() for m in compiled.finditer('aab', pos, end)])
        show(lambda: compiled.scanner('aab', pos, end).match())


# A class attribute through an instance of a static type that has a dict: read often enough to be specialised.
def read_often(value):
    return {value.__module__ for _ in range(100)}


for value in ValueError(), sys, read_often:
    try:
        print(read_often(value))
    except AttributeError as error:
        print(error)
