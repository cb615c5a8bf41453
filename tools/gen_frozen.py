"""Write the code objects of the frozen modules, and of others that many programs import, as C data.

    gen_frozen.py OUTPUT.c NAMES.c FROZEN... -- CACHED...

Runs under the reference interpreter, whose library is compiled.  Every string, tuple, number and code
object becomes a static object that is never freed; what has to be one object per process (one-character
strings, the empty tuple) stands in a list of places that the loader (runtime/frozen.c) fills in.
Names that NAMES.c (gen_tables.py) defines already are taken from there; others are interned when
the code object that holds them is run, those of functions when the function has become warm.

A cached module is read from its file as any other.  A fingerprint of what the .pyc holds stands beside its code
object: when marshal is given the same bytes, there is nothing left to read.  Modules without a .pyc are left out.

The compiler keeps the order of the objects: those of a module stand together, and each row tells where.  What
only a call of a function needs (its names, constants and inner functions) stands apart from what importing the
module needs: its body, the bodies of its classes, functions as objects, their names and documentation.
"""
import dis
import importlib.util
import marshal
import os
import re
import struct
import sys
import sysconfig

IDENTIFIER = re.compile(r'[A-Za-z0-9_]*\Z')
REFS = '999999999'
LOCAL, CELL, FREE = 0x20, 0x40, 0x80
OPTIMIZED = 1           # the flag of functions, which bodies of modules and classes do not have
STATIC_NAME = re.compile(r'^STATIC_NAME\((\w+), "(\w{2,})"\);$', re.M)

# What every start loads, or nearly every one, stands together.
START = ('importlib._bootstrap importlib._bootstrap_external zipimport abc codecs io '
         'encodings encodings.aliases encodings.utf_8 '
         '_collections_abc _sitebuiltins genericpath posixpath os site stat').split()
# Of most of these functions are called as well.
CALLED = set(START) - {'zipimport', '_collections_abc', '_sitebuiltins', 'genericpath'}


def source_of(name):
    stem = os.path.join(sysconfig.get_path('stdlib'), *name.split('.'))
    for path in (stem + '.py', os.path.join(stem, '__init__.py')):
        if os.path.exists(path):
            with open(path, 'rb') as file:
                return file.read()
    raise SystemExit(f'gen_frozen.py: no source of {name}')


def cached_code_of(name):
    """What the .pyc of a module holds behind its head; b'' if there is none."""
    stem = os.path.join(sysconfig.get_path('stdlib'), *name.split('.'))
    for path in (stem + '.py', os.path.join(stem, '__init__.py')):
        cache = importlib.util.cache_from_source(path, optimization='')
        if os.path.exists(cache):
            with open(cache, 'rb') as file:
                return file.read()[16:]
    return b''


def fingerprint(data):
    """As runtime/frozen.c does it: four lanes of words, the last ones filled up with zeros."""
    lanes = [1, 2, 3, 4]
    data += bytes(-len(data) % 32)
    for i, (word,) in enumerate(struct.iter_unpack('<Q', data)):
        mixed = ((lanes[i % 4] ^ word) * 0x9e3779b97f4a7c15) % 2**64
        lanes[i % 4] = mixed ^ mixed >> 32
    result = 0
    for lane in lanes:
        mixed = ((result ^ lane) * 0x9e3779b97f4a7c15) % 2**64
        result = mixed ^ mixed >> 32
    return result


def import_texts(code):
    """The strings that running a body reads or counts."""
    texts = {code.co_filename, code.co_name, code.co_qualname, *code.co_names}

    def constants(values):
        for value in values:
            if isinstance(value, str):
                texts.add(value)
            elif isinstance(value, tuple):
                constants(value)
            elif isinstance(value, type(code)) and value.co_flags & OPTIMIZED:
                texts.update((value.co_name, value.co_qualname))
                texts.update(v for v in value.co_consts[:1] if isinstance(v, str))
            elif isinstance(value, type(code)):
                texts.update(import_texts(value))
    constants(code.co_consts)
    return texts


def c_string(data):
    """A C literal of bytes; octal escapes cannot swallow what follows."""
    text = ''.join(chr(b) if 32 <= b < 127 and b not in b'"\\?' else f'\\{b:03o}' for b in data)
    return '"' + text + '"'


class Writer:
    def __init__(self, out, names):
        self.out = out
        self.names = names      # texts of static names -> symbols
        self.known = {}         # key -> C expression
        self.count = 0
        self.patches = []
        self.inner = False      # writing what only a call needs; what the loader writes to is not among it
        self.texts = set()      # what importing needs

    def where(self, outer=False):
        return 'INNER' if self.inner and not outer else 'OUTER'

    def symbol(self):
        self.count += 1
        return f'o{self.count}'

    def share(self, key, make):
        if key not in self.known:
            self.known[key] = make()
        return self.known[key]

    # Each method returns a C expression for the object, or None if the loader must provide it.

    def str(self, value, label=False):
        return self.share(('str', value), lambda: self.new_str(value, label))

    def new_str(self, value, label):
        if value in self.names:
            self.out.write(f'extern struct static_name {self.names[value]};\n')
            return f'(PyObject *)&{self.names[value]}'
        name = self.symbol()
        if value.isascii():
            where = ('INNER' if self.inner and value not in self.texts else
                     'NAMES' if label or IDENTIFIER.match(value) else 'TEXTS')
            self.out.write(f'static {where} STR({len(value) + 1}) {name} = {{ASCII({len(value)}), '
                           f'{c_string(value.encode())}}};\n')
            return f'(PyObject *)&{name}'
        top = max(map(ord, value))
        kind = 1 if top < 256 else 2 if top < 65536 else 4
        units = ', '.join(str(ord(c)) for c in value)
        wide = ', WIDE(%s, %d)' % (name, len(value)) if kind == 4 else ''
        self.out.write(f'static {self.where()} WIDE_STR(Py_UCS{kind}, {len(value) + 1}) {name} = '
                       f'{{{{NON_ASCII({kind}, {len(value)}){wide}}}, {{{units}}}}};\n')
        return f'(PyObject *)&{name}'

    def bytes(self, value, lines=False):
        def make():
            name = self.symbol()
            where = 'TABLES' if lines else self.where()
            self.out.write(f'static {where} BYTES({len(value) + 1}) {name} = {{VAR(PyBytes_Type, {len(value)}), '
                           f'-1, {c_string(value)}}};\n')
            return f'(PyObject *)&{name}'
        return self.share(('bytes', value), make)

    def int(self, value):
        if -5 <= value <= 256:
            return f'(PyObject *)&_PyRuntime.small_ints[{value + 5}]'

        def make():
            digits, rest = [], abs(value)
            while rest:
                digits.append(rest & 0x3fffffff)
                rest >>= 30
            name = self.symbol()
            size = len(digits) if value > 0 else -len(digits)
            self.out.write(f'static {self.where()} INT({len(digits)}) {name} = {{VAR(PyLong_Type, {size}), '
                           f'{{{", ".join(map(str, digits))}}}}};\n')
            return f'(PyObject *)&{name}'
        return self.share(('int', value), make)

    def float(self, value):
        def make():
            name = self.symbol()
            self.out.write(f'static {self.where()} PyFloatObject {name} = {{OBJECT(PyFloat_Type), {value.hex()}}};\n')
            return f'(PyObject *)&{name}'
        return self.share(('float', value.hex()), make)

    def item(self, value, place, table=False, label=False, lines=False):
        """The initialiser of a place that holds `value`: a table of a code object, that of its lines, its name."""
        if value is None:
            return 'Py_None'
        if value is True or value is False:
            return f'Py_{value}'
        if value is ...:
            return 'Py_Ellipsis'
        kind = type(value)
        if kind is str:
            if len(value) == 0 or len(value) == 1 and ord(value) < 256:
                self.patches.append((place, 'PATCH_CHARACTER', str(ord(value) if value else -1), 'NULL'))
                return 'NULL'
            return self.str(value, label)
        if kind is bytes and (table or len(value) > 1):
            return self.bytes(value, lines)
        if kind is bytes:
            self.patches.append((place, 'PATCH_BYTE', str(value[0] if value else -1), 'NULL'))
            return 'NULL'
        if kind is int:
            return self.int(value)
        if kind is float:
            return self.float(value)
        if kind is tuple and not value:
            self.patches.append((place, 'PATCH_EMPTY_TUPLE', '0', 'NULL'))
            return 'NULL'
        if kind is tuple:
            return self.tuple(value)
        if kind is frozenset:
            # The order in which the compiler met the items is lost; any will do.
            items = self.tuple(tuple(sorted(value, key=repr)))
            self.patches.append((place, 'PATCH_FROZENSET', '0', items))
            return 'NULL'
        if kind is type(source_of.__code__):
            return self.code(value)
        raise SystemExit(f'gen_frozen.py: cannot freeze {value!r}')

    def tuple(self, value, outer=False):
        name = self.symbol()
        items = [self.item(v, f'&{name}.items[{i}]') for i, v in enumerate(value)]
        where = self.where(outer or 'NULL' in items)
        self.out.write(f'static {where} TUPLE({len(value)}) {name} = {{VAR(PyTuple_Type, {len(value)}), '
                       f'{{{", ".join(items)}}}}};\n')
        return f'(PyObject *)&{name}'

    def code(self, code, outermost=False):
        name = self.symbol()
        raw = code.co_code
        plain_cells = [v for v in code.co_cellvars if v not in code.co_varnames]
        variables = code.co_varnames + tuple(plain_cells) + code.co_freevars
        kinds = bytes([LOCAL | (CELL if v in code.co_cellvars else 0) for v in code.co_varnames] +
                      [CELL] * len(plain_cells) + [FREE] * len(code.co_freevars))
        first = next((i for i in range(0, len(raw), 2) if raw[i] == dis.opmap['RESUME']), len(raw)) // 2

        def field(text, value):
            item = self.item(value, f'&{name}.{text}', isinstance(value, bytes), text in ('co_name', 'co_qualname'),
                             text == 'co_linetable')
            return f'    .{text} = {item},\n'
        inner = self.inner
        self.inner = inner or bool(code.co_flags & OPTIMIZED) and not self.called
        # Making a function looks for its documentation.
        consts = f'    .co_consts = {self.tuple(code.co_consts, not inner)},\n' if code.co_consts else \
            field('co_consts', ())
        body = (consts + field('co_names', code.co_names) +
                field('co_localsplusnames', variables) + field('co_localspluskinds', kinds) +
                field('co_filename', code.co_filename) + field('co_name', code.co_name) +
                field('co_qualname', code.co_qualname) + field('co_linetable', code.co_linetable) +
                field('co_exceptiontable', code.co_exceptiontable))
        self.inner = inner
        where = self.where(' = NULL,' in body)
        # The type of the outermost code object says whether it has been handed out.
        kind = 'UNUSED_CODE' if outermost else 'PyCode_Type'
        self.out.write(
            f'static {where} CODE({len(raw)}) {name} = {{\n    .ob_base = VAR({kind}, {len(raw) // 2}),\n{body}'
            f'    .co_flags = {code.co_flags}, .co_warmup = -WARMUP_RUNS,\n'
            f'    .co_argcount = {code.co_argcount}, .co_posonlyargcount = {code.co_posonlyargcount}, '
            f'.co_kwonlyargcount = {code.co_kwonlyargcount},\n'
            f'    .co_stacksize = {code.co_stacksize}, .co_firstlineno = {code.co_firstlineno},\n'
            f'    .co_nlocalsplus = {len(variables)}, .co_nlocals = {len(code.co_varnames)}, '
            f'.co_nplaincellvars = {len(plain_cells)},\n'
            f'    .co_ncellvars = {len(code.co_cellvars)}, .co_nfreevars = {len(code.co_freevars)}, '
            f'._co_firsttraceable = {first},\n'
            f'    .co_code_adaptive = {c_string(raw)},\n}};\n')
        return f'(PyObject *)&{name}'

    def module(self, name, shown, code, data):
        self.patches = []
        self.called = name in CALLED
        if name not in START:
            self.texts = import_texts(code)
        # Tuples and code objects have places of their own: nothing else is shared between modules.
        stem = 'm' + self.symbol()
        self.out.write(f'static OUTER char {stem}_objects = 1;\nstatic NAMES char {stem}_names = 1;\n'
                       f'static TEXTS char {stem}_texts = 1;\n')
        expression = self.code(code, True)
        self.out.write(f'static OUTER char {stem}_objects_end = 1;\nstatic NAMES char {stem}_names_end = 1;\n'
                       f'static TEXTS char {stem}_texts_end = 1;\n')
        self.out.write(f'static const struct FrozenPatch {stem}_patches[] = {{\n')
        for place, kind, value, items in self.patches:
            self.out.write(f'    {{(PyObject **){place}, {kind}, {value}, {items}}},\n')
        self.out.write('    {NULL, 0, 0, NULL},\n};\n')
        return (f'    {{"{shown}", (PyCodeObject *){expression.split(")", 1)[1]}, {stem}_patches,\n'
                f'     {len(data)}, {fingerprint(data)}u, &{stem}_objects, &{stem}_objects_end, &{stem}_names, '
                f'&{stem}_names_end, &{stem}_texts, &{stem}_texts_end}},\n')


def main():
    output, static_names, *names = sys.argv[1:]
    with open(static_names) as file:
        symbols = {text: 'krait_name_' + symbol for symbol, text in STATIC_NAME.findall(file.read())}
    with open(output + '.new', 'w') as out:
        out.write('/* Generated by tools/gen_frozen.py: the code of the frozen modules. */\n'
                  '#include "runtime/frozen_data.h"\n\n')
        writer = Writer(out, symbols)
        split = names.index('--')
        frozen = [(name, name, compile(source_of(name), f'<frozen {name}>', 'exec', dont_inherit=True, optimize=0), b'')
                  for name in names[:split]]
        cached = [(name, '', marshal.loads(data), data) for name in names[split + 1:] if (data := cached_code_of(name))]
        modules = sorted(frozen + cached, key=lambda m: START.index(m[0]) if m[0] in START else len(START))
        for name, _, code, _ in modules[:len(START)]:
            writer.texts |= import_texts(code)
        rows = {module[:2]: writer.module(*module) for module in modules}
        out.write('const struct FrozenCode frozen_codes[] = {\n' + ''.join(rows[m[:2]] for m in frozen + cached) +
                  '    {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL},\n};\n')
    os.replace(output + '.new', output)


if __name__ == '__main__':
    main()
