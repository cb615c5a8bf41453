"""Which function a binary operator calls, and in what order: classes, sequences, and those that are both."""
import re

log = []


def method(name, result):
    def f(self, other):
        log.append('%s(%s, %s)' % (name, type(self).__name__, type(other).__name__))
        return result
    return f


def make(name, *bases, **results):
    return type(name, bases, {'__%s__' % k: method(k, v) for k, v in results.items()})


NO = NotImplemented
classes = [make('Plain'), make('Adds', add=1, mul=2, sub=3), make('Refuses', add=NO, mul=NO, sub=NO, mod=NO),
           make('Reflected', radd=4, rmul=5, rsub=6, rmod=7), make('List', list, add=NO, mul=NO), make('Lists', list, radd=NO, rmul=NO),
           make('Own', list, add=8, rmul=9), make('Str', str, add=NO, mod=NO, mul=NO), make('Tuple', tuple, mul=NO, rmul=NO),
           make('Int', int, add=NO, sub=NO, mul=NO, mod=NO), make('Float', float, add=NO, radd=10, sub=11), make('Set', set, sub=NO)]
Base = make('Base', add=NO, radd=NO, sub=NO, rsub=NO)
classes += [Base, make('Derived', Base, radd=12), make('Same', Base)]
values = [c('%s') if issubclass(c, str) else c() for c in classes] + [2, 3.5, [1], (1,), 'a%s', {1}, None]
for sign in ('+', '-', '*', '%', '**', '@'):
    f = eval('lambda a, b: a %s b' % sign)
    for a in values:
        for b in values:
            for i in range(3):          # the third time it may be specialised
                log.clear()
                try:
                    result = repr(f(a, b))
                except Exception as e:
                    result = '%s: %s' % (type(e).__name__, e)
            print(sign, type(a).__name__, type(b).__name__, re.sub('0x[0-9a-f]+', '', result), log)
