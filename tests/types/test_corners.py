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

# Empty and strided views of one dimension: what counts as contiguous.
view = memoryview(b'abcdef')
for part in slice(6, None, 2), slice(0, 0, 2), slice(2, 3, 2), slice(0, 4, 2), slice(None, None, -1), slice(3, 3, -1), slice(1, 3), slice(2**70), slice(True, 4):
    item = view[part]
    print(part, item.contiguous, item.c_contiguous, item.f_contiguous, item.tolist(), item.strides, item.shape)

# Bytes of small integers: everything around what fits.
for number in 0, 1, -1, 127, 128, 255, 256, -128, -129, 32767, 32768, 65535, -32768, -32769, 2**24 - 1, 2**59, 2**60 - 1, 1 - 2**60, 2**60, 2**63, -2**63, 2**64:
    for size in 0, 1, 2, 3, 4, 7, 8, 9:
        for order in 'little', 'big':
            for signed in False, True:
                try:
                    print(number, size, order, signed, number.to_bytes(size, order, signed=signed).hex())
                except OverflowError as error:
                    print(number, size, order, signed, error)

# Unions: duplicates, None, nested, many.
import types
print(int | str, int | int, int | None, None | int, (int | str) | (str | int), list[int] | list[int], (int | list[int]) | list[int] | list[str])
many = [type(f'T{i}', (), {}) for i in range(12)]
union = many[0] | many[1]
for one in many[2:]:
    union = union | one
print(len(union.__args__), len((union | (int | str)).__args__), len((union | union).__args__), union == (union | many[3]), type(union) is types.UnionType)
