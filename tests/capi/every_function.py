"""Call every function of a module with generated arguments and print what each call comes to.

Each function runs in a child process of its own, so that one that kills it, or leaves something behind, is only a line
of the report.  Texts with addresses are made neutral; both interpreters must print the same."""
import gc
import os
import re
import signal
import sys
import types
import warnings

ADDRESS = re.compile(r'0x[0-9a-fA-F]+')
PLACE = re.compile(r'[\w./]+\.c:\d+')


class Index:
    def __index__(self): return 7
    def __repr__(self): return 'Index()'


class Failing:
    """Whatever is asked of it fails."""
    def __index__(self): raise KeyError('index')
    def __len__(self): raise KeyError('len')
    def __getitem__(self, i): raise KeyError('item')
    def __iter__(self): raise KeyError('iter')
    def __float__(self): raise KeyError('float')
    def __repr__(self): return 'Failing()'


def function(a, b=2, *c, d=4, **e):
    return a, b, c, d, e


def values():
    """Fresh arguments of many kinds."""
    return [None, True, 0, 1, -1, 255, 256, 2**31, -2**31 - 1, 2**63, -2**63 - 1, 2**64, 2**70, 1.5, -0.0, float('nan'), 1e300, 2j,
            '', 'abc', 'a\0b', '\xe9\u20ac', '\U0001f600', '\ud800', b'', b'abc', b'a\0b', bytearray(b'xyz'), memoryview(b'abcd'),
            (), (1,), (1, 2), (1, 2, 3), [], [1, 'a'], {}, {'a': 1}, {1, 2}, frozenset(), range(3), slice(1, 5, 2), int, str,
            object, Exception, ValueError, KeyError('k'), len, function, lambda: 5, Index(), Failing(), types.SimpleNamespace(a=1)]


def few():
    return [None, 0, 1, -1, 2**64, 1.5, 'abc', b'abc', bytearray(b'xyz'), (), (1, 2), [1, 'a'], {'a': 1}, int, KeyError('k'), function]


def fewer():
    return [None, 1, -1, 'abc', b'abc', (1, 2), {'a': 1}]


def text(value, depth=0):
    kind = type(value).__name__
    if isinstance(value, (tuple, list)) and depth < 3:
        inner = ', '.join(text(v, depth + 1) for v in value[:20])
        return '%s(%s)' % (kind, inner)
    if isinstance(value, BaseException):
        return '%s<%s>' % (kind, text(value.args, depth + 1))
    try:
        shown = ADDRESS.sub('0x', ascii(value))
    except BaseException as e:
        shown = 'repr: ' + type(e).__name__
    shown = PLACE.sub('file.c:n', shown)
    return shown[:160] if kind in shown or kind in ('int', 'str', 'bytes', 'float', 'bool', 'NoneType') else kind + ' ' + shown[:160]


def outcome(call, arguments, keywords):
    try:
        return text(call(*arguments, **keywords))
    except BaseException as e:
        chain = ''
        for other in (e.__cause__, e.__context__):
            if other is not None:
                chain += ' from %s %s' % (type(other).__name__, ADDRESS.sub('0x', ascii(str(other)))[:100])
        return '%s: %s%s' % (type(e).__name__, PLACE.sub('file.c:n', ADDRESS.sub('0x', ascii(str(e))))[:200], chain)


def calls(more):
    yield (), {}
    for v in values():
        yield (v,), {}
    if more >= 2:
        for i in range(len(few())):
            for j in range(len(few())):
                yield (few()[i], few()[j]), {}
    if more >= 3:
        for i in range(len(fewer())):
            for j in range(len(fewer())):
                for k in range(len(fewer())):
                    yield (fewer()[i], fewer()[j], fewer()[k]), {}
        yield (1, 2, 3, 4), {}
        yield ('a', 'b', 'c', 'd', 'e'), {}
    yield (), {'nothing': 1}
    yield (1,), {'nothing': 1}


def in_child(title, body, seconds=60):
    """Run body() in a child; its output, then how it ended unless that is well."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 2)
            signal.alarm(seconds)
            print('==', title)
            body()
        except BaseException as e:
            print('ended by', type(e).__name__, e)
        finally:
            sys.stdout.flush()
            os._exit(0)
    status = os.waitpid(pid, 0)[1]
    if status:
        print('==', title, 'died', status)


def compress(lines):
    """Print lines, those that repeat with a count."""
    last, count = None, 0
    for line in lines:
        if line == last:
            count += 1
            continue
        if last is not None:
            print('%s%s' % (last, ' (x%d)' % count if count > 1 else ''))
        last, count = line, 1
    if last is not None:
        print('%s%s' % (last, ' (x%d)' % count if count > 1 else ''))


def every(module, skip=(), plain=(), depth=3, only=None):
    """Call everything callable in a module.  `skip` is left out, `plain` only called without arguments."""
    warnings.simplefilter('ignore')
    for name in sorted(dir(module)):
        thing = getattr(module, name)
        if name.startswith('__') or name in skip or not callable(thing) or only and name not in only:
            continue

        def body():
            def lines():
                for number, (arguments, keywords) in enumerate(calls(depth)):
                    if number and name in plain:
                        break
                    yield outcome(thing, arguments, keywords)
            gc.disable()
            compress(lines())
        in_child(name, body)
