"""Regular expressions: the first byte chooses flags and method, then pattern, a NUL, and the text.

The compiled form is attacked as well: _sre.compile checks the code that it is given (the reference does not survive that).
"""
import os
import re
import signal

import _sre

WORDS = [w.encode('latin-1') for w in (
    '( ) [ ] { } | * + ? *? +? ?? *+ ++ ?+ {2,3} {,5}? {3,}+ {0} . ^ $ \\A \\Z \\b \\B \\d \\D \\s \\S \\w \\W \\1 \\2 \\01 \\x41 '
    '\\u0041 \\N{DASH} [^ [a-z] [^\\w] [\\s\\d] - && (?: (?i) (?s:. (?-i: (?P<n> (?P=n) (?P>n) (?= (?! (?<= (?<! (?> (?(1)a|b) '
    '(?(n) (?# (?x) (?L) (?a) (?u) (?m) (?aL) \xdf \xb5 \xff \xe9 \n').split(' ')] + [b'\0', b'(a' * 20, b')' * 10, b'(?:' * 30]
SIZE = 200


def seeds():
    from test.re_tests import tests
    data = []
    for i, (pattern, text, *_) in enumerate(tests):
        data.append(bytes([i * 37 & 255]) + (pattern + '\0' + text).encode('latin-1', 'replace'))
    for pattern, text in [(r'(?P<quote>[\'"]).*?(?P=quote)', 'a "bc" \'d\''), (r'(?>a+)b|c{2,}+d', 'aaab ccd'),
                          (r'(?<=\d{3})(?<!\w\w)x(?(1)y|z)', '123xz'), (r'(a*)*', 'aaaa'), (r'(?:a|b)*?c', 'ababc'),
                          (r'\b\w+\b(?=,)', 'ab,cd,ef'), (r'[^\W\d_]+', 'abc1'), (r'(?i:stra\xdfe|K)', 'STRASSE k')]:
        data += [bytes([n]) + (pattern + '\0' + text).encode('latin-1') for n in (0, 1, 67, 131, 255)]
    return data


class TooSlow(Exception):
    pass


def stop(*_):
    raise TooSlow


def use(pattern, text, how):
    if how == 0:
        m = pattern.search(text)
        return m and (m.span(), m.groups(), m.lastindex)
    if how == 1:
        m = pattern.match(text, 1, len(text) - 1)
        return m and (m.span(), m.groups(), m.expand(r'\g<0>' if isinstance(text, str) else rb'\g<0>'))
    if how == 2:
        return pattern.sub(lambda m: m.group()[::-1], text, 20), pattern.split(text, 5)
    m = pattern.fullmatch(text)
    return pattern.findall(text)[:50], m and m.regs, pattern.scanner(text).search() is None


def run(data):
    head = data[0] if data else 0
    text, _, subject = data[1:].partition(b'\0')
    if head & 4:
        text, subject = text.decode('latin-1'), subject.decode('latin-1')
        if head & 8:
            subject += '\u0130\u017f\u212a'
    flags = (head >> 4 & 7) << 1 & ~re.L
    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 3)     # an exponential search is no failure
    try:
        re.purge()
        pattern = re.compile(text, flags)
        result = use(pattern, subject, head & 3)
        if head & 128 and not os.environ.get('FUZZ_COMPARES'):
            attack(pattern, subject, head)
    except TooSlow:
        result = None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return result


def attack(pattern, subject, head):
    """The pattern's code with one word changed."""
    import re._compiler as compiler
    import re._parser as parser
    parsed = parser.parse(pattern.pattern, pattern.flags & ~re.U if isinstance(pattern.pattern, bytes) else pattern.flags)
    code = compiler._code(parsed, pattern.flags)
    for i in range(len(code)):
        if (i * 7 + head + len(subject)) % 5 == 0:
            changed = list(code)
            changed[i] = (0, 1, 2, 3, 255, 2**32 - 1, len(code), i, head)[(i + head) % 9]
            try:
                made = _sre.compile(pattern.pattern, pattern.flags, changed, pattern.groups, pattern.groupindex,
                                    (None,) * (pattern.groups + 1))
            except (RuntimeError, OverflowError, ValueError, TypeError):
                continue
            use(made, subject, head & 3)
