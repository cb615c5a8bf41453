"""marshal: data that is no code object, and code objects that are not run, only looked at."""
import glob
import marshal
import os
import types

WORDS = [bytes([t]) + rest for t in b'0NFTS.iIlfgxystuaAzZ()[{<>cr?' for rest in (b'', b'\x01\0\0\0', b'\xff\xff\xff\x7f')]
WORDS += [bytes([w[0] | 128]) + w[1:] for w in WORDS]
SIZE = 400


def seeds():
    folder = os.path.dirname(os.__file__)
    values = [None, True, ..., StopIteration, 0, -1, 2**31, -2**31 - 1, 2**100, -2**1000, 1.5, float('nan'), 1e300j,
              'a', 'é' * 10, '\ud800', 'x' * 300, b'bytes', (), (1, 2), tuple(range(300)), [1, [2, [3]]],
              {1: 2, 'a': {}}, {1, 2}, frozenset('abc')]
    shared = ['a' * 5, (1.5, 'q')]
    values += [[shared, shared], list(values)]
    data = [marshal.dumps(v, version) for v in values for version in (0, 2, 4)]
    for name in sorted(glob.glob(folder + '/*.py'))[::25]:
        with open(name, 'rb') as f:
            code = compile(f.read(), name, 'exec')
        data.append(marshal.dumps(code)[:5000])
        data += [marshal.dumps(c) for c in code.co_consts if isinstance(c, types.CodeType)][:8]
    return data


def look(value, depth=0):
    if isinstance(value, types.CodeType):
        hash(value), repr(value)
        value.__sizeof__()
        for _ in zip(range(50), value.co_lines()):
            pass
        for _ in zip(range(50), value.co_positions()):
            pass
        value.co_code, value.co_varnames, value.co_cellvars, value.co_freevars
        for const in value.co_consts[:20]:
            if depth < 5:
                look(const, depth + 1)
    return type(value).__name__


def run(data):
    value = marshal.loads(data)
    kind = look(value)
    if kind != 'code':
        marshal.loads(marshal.dumps(value))
    else:
        marshal.dumps(value)
    return repr(value) if kind != 'code' else (value.co_code, value.co_names, repr(value.co_consts))
