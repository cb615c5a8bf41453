"""Exceptions with texts of several lines, odd notes and odd names, in groups and outside."""
import sys

sys.stderr = sys.stdout


class N(Exception):
    def __str__(self):
        return 'a\nb\nc'


def show(e):
    sys.excepthook(type(e), e, e.__traceback__)


e = N()
e.add_note('n1\nn2\n')
e.add_note('x')
show(e)
show(
    ExceptionGroup(
        'm\nl',
        [e, ExceptionGroup('in\nner', [N(), KeyError('k')]), SyntaxError('m\ng', ('f\ng', 1, 2, 'te\nxt', 1, 3))],
    )
)
e.__cause__ = ValueError('c\nd')
g = ExceptionGroup('q', [e])
g.__context__ = N()
show(g)
g.__notes__ = ['a\nb', 3, None]
show(g)
g.__notes__ = 'abc'
show(g)


class Bad:
    def __repr__(self):
        1 / 0

    __str__ = __repr__


g.__notes__ = [Bad()]
show(g)
g.__notes__ = Bad()
show(g)
for n in (5, '', [''], ['a\rb\u2028c\x0bd'], b'ab', (1,), {'a': 1}, range(2), ['x\n\n']):
    g.__notes__ = n
    show(g)
    v = ValueError('z')
    v.__notes__ = n
    show(v)


class Group(ExceptionGroup):
    def __str__(self):
        return ''


show(Group('a', [type('X\nY', (Exception,), {'__module__': 'm\nn'})('q'), Group('b', [N()])]))
show(
    ExceptionGroup(
        's',
        [
            IndentationError('q', ('f', 3, 4, '    x = 1\n    y\n', 4, 2)),
            SyntaxError('q', ('f', 3, None, None)),
            SyntaxError('w'),
            NameError("name 'showw' is not defined", name='showw'),
        ],
    )
)
try:
    showw
except NameError as e:
    show(ExceptionGroup('n\n', [e]))
