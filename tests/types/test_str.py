"""str: storage, search, case, splitting, slicing, formatting; printed for comparison."""
import sys

TEXTS = ['', 'a', 'abc', 'a b\tc\n', '\xe9', 'stra\xdfe', '\u20acuro', '\U0001f600!', 'a\x00b',
         '\u0130\u0131', '\u01c6\u01c5', '\u03a3\u0391\u03a3', '\ud800', 'It\'s', '"both\'"', ' \u2003x\x85']


def show(f, *args, **kwargs):
    try:
        return ascii(f(*args, **kwargs))
    except Exception as e:
        return '%s: %s' % (type(e).__name__, e)


for t in TEXTS:
    print(ascii(t), len(t), sys.getsizeof(t), [ascii(m()) for m in (
        t.upper, t.lower, t.title, t.capitalize, t.swapcase, t.casefold, t.strip, t.split,
        t.splitlines, t.expandtabs)])
    print([m() for m in (t.isalpha, t.isalnum, t.isdigit, t.isdecimal, t.isnumeric, t.isspace,
                         t.isupper, t.islower, t.istitle, t.isidentifier, t.isprintable, t.isascii)])
    print(ascii(t[::-1]), ascii(t[1:]), ascii(t[-2:5]), ascii(t * 3), show(t.encode),
          show(t.encode, 'latin-1', 'backslashreplace'), show(t.encode, 'utf-16-le', 'surrogatepass'))
for t in ('abcabcabc', 'aaaaaaaa', 'x' * 100 + 'needle' + 'y' * 50, '\u20ac\u20acab' * 9):
    for p in ('', 'a', 'abc', 'aa', 'needle', '\u20acab', 'zz'):
        print(t.find(p), t.rfind(p), t.count(p), t.find(p, 3, -2), show(t.index, p), p in t,
              ascii(t.replace(p, '<>', 2)), show(t.partition, p), show(t.rsplit, p, 2))
for spec in ('', '5', '<5', '^7', '*>9', '.2', '05', '=5', 'x', ',', '5.2.1', '\u20ac^9'):
    print(spec.isascii(), show(format, 'abc', spec), show(format, 255, spec), show(format, -1.5, spec))
for f in ('%s', '%5d', '%-5d|', '%+.3f', '%x', '%#X', '%c', '%r', '%%', '%(a)s', '%*d', '%y', '%'):
    print(f, show(f.__mod__, 65), show(f.__mod__, ('x',)), show(f.__mod__, {'a': 1}))
for f in ('{}', '{0}{1}', '{a!r:>5}', '{', '}', '{{}}', '{:{}}', '{0.real}', '{b[1]}', '{0!z}'):
    print(f, show(f.format, 7, 9, a='x', b=[1, 2]))
print('a-b_c'.translate(str.maketrans('abc', 'xyz', '-')), show(str.maketrans, {'ab': 1}))
print([ascii(x) for x in iter('a\xe9\u20ac\U0001f600')], ''.join([]) is '')
# Parts that are near, that are far, and more of them than wait before their list is made.
for sep in (',', '<>', '\xe9'):
    for n in (0, 1, 11, 12, 13, 40):
        t = sep.join(['a' * n, '', 'b' * 2 * n, 'c'])
        print(t.split(sep), t.split(sep, 1), t.rsplit(sep, 1), t.split('\u20ac'))
        for b in (t.encode('latin-1'), bytearray(t, 'latin-1')):
            s = sep.encode('latin-1')
            print(b.split(s), b.split(bytearray(s), 2), b.rsplit(s, 1), b.split(memoryview(s), 0))
    for n in (23, 24, 25, 60):
        t = sep.join(map(str, range(n)))
        b = bytearray(t, 'latin-1')
        print(t.split(sep), b.split(sep.encode('latin-1')), bytes(b).rsplit(sep.encode('latin-1'))[::7])
        t = t.replace(sep, '\n')
        print(t.splitlines(True), bytearray(t, 'ascii').splitlines(), t.encode().splitlines(True)[::7])
        print(t.encode().split()[-3:])
print(show(b'a'.split, b''), show(bytearray(b'a').rsplit, b''), show(b'a'.split, 'a'),
      show(bytearray(b'a').split, 1))
for a in ('', 'a', 'ab', 'abcdefgh', '\xe9', 'a\xe9', '\u20ac', 'a\U0001f600'):
    print([(a < b, a <= b, a > b, a >= b) for b in ('', 'a', 'ac', 'abcdefgx', '\xe9', 'a\u20ac', '\U0001f600')])
for name in ('ascii', 'ASCII', 'US-ASCII', 'us ascii', ' utf 8', 'utf-8-', '..utf8', 'UTF--16', 'utf.8',
             'latin1', 'Latin-1', 'iso-8859-1', 'ISO8859-1', 'iso 8859 1', 'iso_8859_12', 'utf32', 'u8', 'l1', '', '-', 'ascii\xe9', 'a' * 20):
    print(ascii(name), show(b'abcd'.decode, name), show('ab'.encode, name))
for f in (b'%d', b'%i', b'%5d|', b'%05d', b'%+d', b'%.1d', b'%.0x', b'%x', b'%#x', b'%#o', b'%X', b'%#X', b'%.4x'):
    print(f, [(f % n, f.decode() % n) for n in (0, 1, -1, 9, 10, 255, -255, 2**70, True)])
a, b = b'abc', b''
print(a + a, a + b is a, b + a is a, a * 30 + a * 40, show(a.__add__, 'x'), a + bytearray(a), bytearray(a) + a)
for spec in ('08', '08b', '020,', '012_x', '+06d', '^09', '#010x', '0.3f', '010.2e', '09,.1f', '=+9', '*=8,', '01', '00'):
    print(spec, [show(format, n, spec) for n in (0, 5, -5, 1234, -1234567, 255.5, -0.0, 1e20)])
