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
