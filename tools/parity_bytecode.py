"""Compare Krait's compiler with the reference, code object by code object.

    parity_bytecode.py [--interp build/krait | --extension FILE.so] [-O LEVELS] [-v] [PATH ...]

Runs under the reference interpreter.  Every .py file below the paths (default: the standard library)
is compiled by both at each optimisation level; everything a code object holds must be equal, down to
the types of constants.  Prints the differences and their number; the exit status is 1 if there are
any.  Files that the reference refuses must be refused with the same error.

With --interp a worker process sends marshalled code; with --extension the compiler is a module loaded
into the reference interpreter, with a function compile(source, filename, start, flags, optimize).
"""
import argparse
import dis
import marshal
import os
import struct
import subprocess
import sys
import warnings

FIELDS = ('co_name', 'co_qualname', 'co_filename', 'co_firstlineno', 'co_flags', 'co_argcount',
          'co_posonlyargcount', 'co_kwonlyargcount', 'co_stacksize', 'co_nlocals', 'co_names',
          'co_varnames', 'co_cellvars', 'co_freevars', 'co_code', 'co_linetable',
          'co_exceptiontable')

WORKER = r'''
import marshal, struct, sys, warnings
warnings.simplefilter('ignore')
stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
while True:
    line = stdin.readline()
    if not line:
        break
    level, path = line.rstrip(b'\n').split(b' ', 1)
    path = path.decode('utf-8', 'surrogateescape')
    with open(path, 'rb') as f:
        source = f.read()
    try:
        result = b'C' + marshal.dumps(compile(source, path, 'exec', 0, True, int(level)))
    except Exception as e:
        result = b'E' + repr((type(e).__name__, e.args)).encode('utf-8', 'backslashreplace')
    stdout.write(struct.pack('<I', len(result)) + result)
    stdout.flush()
'''


class Worker:
    """A Krait process that compiles one file at a time."""

    def __init__(self, command):
        self.command = command
        self.process = None

    def compile(self, path, source, level):
        if self.process is None:
            self.process = subprocess.Popen([self.command, '-c', WORKER], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE)
        self.process.stdin.write(b'%d %s\n' % (level, os.fsencode(path)))
        self.process.stdin.flush()
        head = self.process.stdout.read(4)
        if len(head) < 4:
            self.process.wait()
            status, self.process = self.process.returncode, None
            return 'worker ended with status %d' % status
        data = self.process.stdout.read(struct.unpack('<I', head)[0])
        return marshal.loads(data[1:]) if data[:1] == b'C' else data[1:].decode()


class Extension:
    """The compiler as a module of this process."""

    def __init__(self, path):
        import importlib.machinery
        import importlib.util
        sys.setdlopenflags(os.RTLD_LAZY)
        name = os.path.basename(path).split('.')[0]
        loader = importlib.machinery.ExtensionFileLoader(name, path)
        self.module = importlib.util.module_from_spec(
            importlib.util.spec_from_loader(name, loader))

    def compile(self, path, source, level):
        return attempt(lambda: self.module.compile(source, path, 257, 0, level))


def attempt(call):
    try:
        return call()
    except Exception as e:
        return repr((type(e).__name__, e.args))


def same_constant(a, b):
    """Equal values of equal types, nested ones too."""
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same_constant, a, b))
    if isinstance(a, frozenset):
        return len(a) == len(b) and sorted(map(constant_key, a)) == sorted(map(constant_key, b))
    return repr(a) == repr(b)


def constant_key(value):
    if isinstance(value, (tuple, frozenset)):
        return type(value).__name__ + ' '.join(sorted(map(constant_key, value)))
    return type(value).__name__ + repr(value)


def differences(a, b, where=''):
    """Yields (place, field, reference's value, Krait's value)."""
    if isinstance(a, str) or isinstance(b, str):
        if a != b:
            yield where, 'result', a, b
        return
    where = where + '/' + a.co_name
    for field in FIELDS:
        x, y = getattr(a, field), getattr(b, field)
        if x != y:
            yield where, field, x, y
    if len(a.co_consts) != len(b.co_consts):
        yield where, 'co_consts', a.co_consts, b.co_consts
        return
    for x, y in zip(a.co_consts, b.co_consts):
        if hasattr(x, 'co_code') and hasattr(y, 'co_code'):
            yield from differences(x, y, where)
        elif not same_constant(x, y):
            yield where, 'co_consts', x, y


def find_files(paths):
    for path in paths:
        if os.path.isfile(path):
            yield path
        for root, dirs, files in os.walk(path):
            dirs.sort()
            for name in sorted(files):
                if name.endswith('.py'):
                    yield os.path.join(root, name)


def find_code(code, where):
    """The code object that a place from differences() names, or None if it is ambiguous."""
    for name in where.split('/')[2:]:
        found = [c for c in code.co_consts if hasattr(c, 'co_code') and c.co_name == name]
        if len(found) != 1:
            return None
        code = found[0]
    return code


def listing(code):
    return ['%s %d %r %s' % (i.opname, i.offset, i.argrepr.split(' at 0x')[0] or i.arg, tuple(i.positions or ()))
            for i in dis.get_instructions(code)] + dis._parse_exception_table(code)


def show(difference, a, b, verbose):
    where, field, x, y = difference
    print('  %s %s' % (where, field))
    if verbose and field in ('co_code', 'co_linetable', 'co_exceptiontable'):
        a, b = find_code(a, where), find_code(b, where)
        if a is not None and b is not None:
            import difflib
            print('\n'.join(difflib.unified_diff([str(s) for s in listing(a)],
                                                 [str(s) for s in listing(b)],
                                                 'reference', 'krait', lineterm='', n=2)))
            return
    print('    reference %.300r' % (x,))
    print('    krait     %.300r' % (y,))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--interp', default='build/krait')
    parser.add_argument('--extension')
    parser.add_argument('-O', dest='levels', default='012')
    parser.add_argument('-v', '--verbose', action='store_true')
    parser.add_argument('--limit', type=int, default=20, help='files whose differences are shown')
    parser.add_argument('paths', nargs='*')
    options = parser.parse_args()
    warnings.simplefilter('ignore')
    sys.setrecursionlimit(10000)
    krait = Extension(options.extension) if options.extension else Worker(options.interp)
    files = differing = total = 0
    for path in find_files(options.paths or ['/usr/lib/python3.11']):
        with open(path, 'rb') as f:
            source = f.read()
        for level in map(int, options.levels):
            a = attempt(lambda: compile(source, path, 'exec', 0, True, level))
            b = krait.compile(path, source, level)
            found = list(differences(a, b))
            files += 1
            total += len(found)
            if found:
                differing += 1
                if differing <= options.limit:
                    print('%s -O%d: %d differences' % (path, level, len(found)), flush=True)
                    for difference in found[:4]:
                        show(difference, a, b, options.verbose)
    print('%d compilations, %d differ, %d differences' % (files, differing, total))
    return 1 if total else 0


if __name__ == '__main__':
    sys.exit(main())
