"""Strings of the old C API, whose text is only made when somebody asks for it, as operands and arguments."""
import warnings

import _testcapi

warnings.simplefilter('ignore')
new = _testcapi.unicode_legacy_string
NAMES = 'alpha', 'be', '\u4e2d\u6587', ''
OPERATIONS = {
    'in tuple': lambda s: s in ('x', 'alpha', 1, 'be', '\u4e2d\u6587', ''), 'in list': lambda s: s in ['x', 'alpha'],
    'not in tuple': lambda s: s not in ('y', ('alpha',)), 'in set': lambda s: s in {'alpha', 'be', 'gamma'},
    'in dict': lambda s: s in {'alpha': 1}, 'in frozenset': lambda s: s in frozenset(NAMES), 'in str': lambda s: (s in 'an alphabet', 'b' in s),
    'item of dict': lambda s: {'alpha': 1, 'be': 2}.get(s), 'equal': lambda s: (s == 'alpha', 'alpha' == s, s != 'be'),
    'less': lambda s: (s < 'b', 'b' < s), 'index': lambda s: ['x', 'alpha', 'be', '\u4e2d\u6587', ''].index(s),
    'count': lambda s: ('alpha', 'be', 'alpha').count(s), 'length': len, 'repr': lambda s: repr(s), 'ascii': lambda s: ascii(s),
    'upper': lambda s: s.upper(), 'title': lambda s: s.title(), 'join': lambda s: s.join('ab'), 'add': lambda s: s + 'x' + s,
    'times': lambda s: s * 2, 'slice': lambda s: (s[1:], s[::-1], s[::2]), 'find': lambda s: (s.find('a'), 'xalphax'.find(s)),
    'replace': lambda s: (s.replace('a', 'b'), 'alpha be'.replace(s, 'z')), 'split': lambda s: (s.split('p'), s.split(), s.splitlines()),
    'encode': lambda s: (s.encode(), s.encode('utf-16'), s.encode('unicode_escape')), 'translate': lambda s: s.translate({97: 98}),
    'format': lambda s: (f'{s:>8}', '%s' % s, '{}'.format(s)), 'isalpha': lambda s: (s.isalpha(), s.isascii(), s.islower()),
    'sort': lambda s: sorted(['be', s, 'alpha']), 'hash': lambda s: hash(s) == hash(str(s)), 'int': lambda s: int(s, 36) if s.isascii() and s else 0,
    'expandtabs': lambda s: s.expandtabs(), 'casefold': lambda s: s.casefold(), 'partition': lambda s: s.partition('p'),
    'attribute': lambda s: getattr(s, new('upper'))(), 'compile': lambda s: eval(new('1 + 1')), 'remove': lambda s: ['alpha', 'be', s].remove(s),
}
for name, operation in OPERATIONS.items():
    for text in NAMES:
        for _ in range(3):
            try:
                result = operation(new(text))
            except Exception as e:
                result = type(e).__name__, str(e)
        print(name, ascii(text), ascii(result))
