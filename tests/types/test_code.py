"""Code objects: attributes, replace, equality, line tables, errors of the constructor."""
import types


def attempt(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as e:
        return type(e).__name__, str(e).replace('../Objects/codeobject.c', '')[:60] \
            if not isinstance(e, SystemError) else 'SystemError'


def outer(a, b, /, c=1, *d, e, **f):
    for i in range(10):
        try:
            with a as b:
                yield b + i
        except ValueError:
            return
    return lambda: (a, i)


def show(code):
    for name in dir(code):
        if name.startswith('co_') and name not in ('co_consts', 'co_filename'):
            value = getattr(code, name)
            print(name, list(value()) if callable(value) else value)
    for constant in code.co_consts:
        show(constant) if isinstance(constant, types.CodeType) else print(repr(constant))


C = outer.__code__
show(C)
print(C.__sizeof__(), C._varname_from_oparg(0), attempt(C._varname_from_oparg, 77))
print(repr(C).split(' at 0x')[0], attempt(setattr, C, 'co_name', 'x'))
f, g = lambda: 1, lambda: 1
print(f.__code__ == g.__code__, f.__code__ == f.__code__.replace())
for changes in (dict(co_stacksize=9), dict(co_filename='x'), dict(co_qualname='x'),
                dict(co_exceptiontable=b'x'), dict(co_linetable=b''), dict(co_names=('a',)),
                dict(co_flags=0), dict(co_name='q'), dict(co_consts=(None, 1.0)),
                dict(co_consts=(None, True)), dict(co_firstlineno=7)):
    other = f.__code__.replace(**changes)
    print(changes, other == f.__code__, hash(other) == hash(f.__code__))
for changes in (dict(co_nlocals=99), dict(co_varnames=()), dict(co_code=b'a'),
                dict(co_argcount=-2), dict(co_argcount=99), dict(co_names=(1,)),
                dict(co_names=[]), dict(co_stacksize=-1), dict(co_consts=[]),
                dict(co_linetable=''), dict(co_cellvars=('b',)), dict(co_flags=-3),
                dict(co_freevars=('zz',)), dict(co_foo=1)):
    result = attempt(C.replace, **changes)
    if isinstance(result, types.CodeType):
        result = result.co_varnames, result.co_cellvars, result.co_freevars, result.co_nlocals
    print(changes, result)
good = [0, 0, 0, 0, 1, 0, b'', (), (), (), 'f', 'n', 'q', 1, b'', b'', (), ()]
for i in range(18):
    for wrong in 1.5, None, -1:
        args = list(good)
        args[i] = wrong
        result = attempt(types.CodeType, *args)
        print(i, wrong, type(result).__name__ if isinstance(result, types.CodeType) else result)
print(attempt(types.CodeType, *good[:5]), attempt(types.CodeType, *good, 1))
print(attempt(types.CodeType, argcount=1))
args = list(good)
args[7] = ((1, 'abc', ('def', frozenset({'ghi'}))), 'x y')
print(types.CodeType(*args).co_consts)

# Every kind of row in the line table.
for table in (b'\x80\x00', b'\x81\x7f', b'\xd0\x01\x02', b'\xd8\x05\x09', b'\xe0\x7f\x7f',
              b'\xe8\x02', b'\xe8\x03', b'\xf0\x02\x01\x05\x06', b'\xf8', b'\xe8\x41\x02',
              b'\xf0\x03\x01\x05\x06', b''):
    code = f.__code__.replace(co_linetable=table, co_code=b'\x97\x00' * 4)
    print(table, list(code.co_lines()), list(code.co_positions()), code.co_lnotab)
