"""Collect the heads above C functions (src/object/declare.h) into tables.

    gen_builtins.py SRC OUT

For every SRC/<path>.c that holds heads, writes OUT/<path>.inc: argument parsing, method,
getter and member tables, slot tables and type objects.  Files whose content does not change are
not touched, so that make rebuilds only what a head's change reaches.
"""
import os
import re
import sys

HEADS = ('METHOD', 'CLASSMETHOD', 'STATICMETHOD', 'FUNCTION', 'NEW', 'INIT', 'GETTER', 'SETTER',
         'MEMBER', 'DEFAULT', 'CONVERTER', 'TYPE', 'HEAPTYPE')
HEAD = re.compile(r'^(%s)\(' % '|'.join(HEADS), re.M)
SLOT = re.compile(r'^(\w+?)_(tp|nb|sq|mp|am|bf)_(\w+)\(', re.M)
SUITES = {'nb': ('PyNumberMethods', 'number'), 'sq': ('PySequenceMethods', 'sequence'),
          'mp': ('PyMappingMethods', 'mapping'), 'am': ('PyAsyncMethods', 'async'),
          'bf': ('PyBufferProcs', 'buffer')}
GUARD = '__attribute__((unused)) '

# C type of a parameter -> (declaration, conversion).  {v} the variable, {a} the argument object,
# {f} the function's name and {d} the argument's name as strings for messages.
CONVERT = {
    'Py_ssize_t': 'arg_ssize({a}, &{v})', 'int': 'arg_int({a}, &{v})',
    'unsigned int': 'arg_uint_mask({a}, &{v})', 'unsigned': 'arg_uint_mask({a}, &{v})',
    'long': 'arg_long({a}, &{v})', 'unsigned long': 'arg_ulong_mask({a}, &{v}, {f}, {d})',
    'long long': 'arg_longlong({a}, &{v})',
    'unsigned long long': 'arg_ulonglong_mask({a}, &{v}, {f}, {d})',
    'unsigned char': 'arg_byte({a}, &{v})', 'short': 'arg_short({a}, &{v})',
    'unsigned short': 'arg_ushort({a}, &{v})', 'size_t': 'arg_size({a}, &{v})',
    'double': 'arg_double({a}, &{v})', 'float': 'arg_float({a}, &{v})',
    'Py_complex': 'arg_complex({a}, &{v})', 'truth': 'arg_truth({a}, &{v})',
    'bool': 'arg_bool({a}, &{v})',
    'char_arg': 'arg_char({a}, &{v}, {f}, {d})', 'const char *': 'arg_text({a}, &{v}, {f}, {d})',
    'text_or_none': 'arg_text_or_none({a}, &{v}, {f}, {d})',
    'Py_buffer *': 'arg_buffer({a}, &{v}, {f}, {d})',
    'str_or_buffer *': 'arg_str_or_buffer({a}, &{v}, {f}, {d})',
    'PyUnicodeObject *': 'arg_str({a}, (PyObject **)&{v}, {f}, {d})',
    'PyBytesObject *': 'arg_bytes({a}, (PyObject **)&{v}, {f}, {d})',
    'slice_index': 'arg_slice_index({a}, &{v})',
    'slice_index_or_none': 'arg_slice_index_or_none({a}, &{v})',
}
RETURN = {
    'truth': ('int', 'value < 0 ? NULL : PyBool_FromLong(value)'),
    'status': ('int', 'value < 0 ? NULL : Py_NewRef(Py_None)'),
    'Py_ssize_t': ('Py_ssize_t', 'value == -1 && PyErr_Occurred() ? NULL : PyLong_FromSsize_t(value)'),
    'int': ('int', 'value == -1 && PyErr_Occurred() ? NULL : PyLong_FromLong(value)'),
    'long': ('long', 'value == -1 && PyErr_Occurred() ? NULL : PyLong_FromLong(value)'),
    'double': ('double', 'value == -1.0 && PyErr_Occurred() ? NULL : PyFloat_FromDouble(value)'),
}
OBJECT_DEFAULTS = {'None': 'Py_None', 'True': 'Py_True', 'False': 'Py_False'}
SCALAR_DEFAULTS = {'None': 'NULL', 'True': '1', 'False': '0', 'sys.maxsize': 'PY_SSIZE_T_MAX'}


class HeadError(Exception):
    pass


def split_top(text, opening='([{', closing=')]}'):
    """Split at commas outside brackets and quotes."""
    parts, depth, start, i, quote = [], 0, 0, 0, None
    while i < len(text):
        c = text[i]
        if quote:
            if c == '\\':
                i += 1
            elif c == quote:
                quote = None
        elif c in '"\'':
            quote = c
        elif c in opening:
            depth += 1
        elif c in closing:
            depth -= 1
        elif c == ',' and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
        i += 1
    last = text[start:].strip()
    return parts + [last] if last or parts else []


def balanced(text, start):
    """The index after the bracket that closes the one at `start`."""
    depth, i, quote = 0, start, None
    while i < len(text):
        c = text[i]
        if quote:
            if c == '\\':
                i += 1
            elif c == quote:
                quote = None
        elif c in '"\'':
            quote = c
        elif c == '(':
            depth += 1
        elif c == ')':
            depth -= 1
            if depth == 0:
                return i + 1
        i += 1
    raise HeadError('unbalanced head')


def c_string(text):
    """The value of adjacent C string literals, or None for NULL."""
    if text.strip() == 'NULL':
        return None
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
    if not parts:
        raise HeadError('expected a string literal: ' + text[:60])
    return ''.join(parts)


class Param:
    """One parameter of a text signature, joined with its C type."""

    def __init__(self, name, kind, default):
        self.name, self.kind, self.default = name, kind, default
        self.ctype = self.cname = self.key = None

    def required(self):
        return self.default is None


def parse_signature(text):
    """Parameters of '($self, x, /, *, y=None)' without the leading $self."""
    params, kind = [], 'both'
    for item in split_top(text.replace('\\n', ' ').strip()[1:-1]):
        if item.startswith('$'):
            continue
        if item == '/':
            for p in params:
                p.kind = 'pos'
        elif item == '*':
            kind = 'kw'
        elif item.startswith('**'):
            params.append(Param(item[2:], 'varkw', None))
        elif item.startswith('*'):
            params.append(Param(item[1:], 'var', None))
            kind = 'kw'
        else:
            name, eq, default = item.partition('=')
            params.append(Param(name.split(':')[0].strip(), kind, default.strip() if eq else None))
    return params


def parse_c_params(text):
    """[(type, name)] of a C parameter list."""
    out = []
    for item in split_top(text):
        item = ' '.join(item.split())
        m = re.match(r'^(.*?[\s*])(\w+|Py_UNUSED\(\w+\)|\w+ UNUSED)$', item)
        if not m:
            if item == 'void':
                continue
            raise HeadError('cannot read parameter: ' + item)
        ctype = re.sub(r'\s*\*', ' *', m.group(1).strip())
        ctype = re.sub(r'\* \*', '**', ctype)
        ctype = re.sub(r'\bUNUSED\s*', '', ctype)
        name = m.group(2).replace(' UNUSED', '')
        out.append((ctype, re.sub(r'Py_UNUSED\((\w+)\)', r'\1', name)))
    return out


class Function:
    """A C function below one or more heads."""

    def __init__(self, path, text, pos):
        m = re.compile(r'\s*((?:/\*.*?\*/\s*)*)([^;{}()]*?)\b(\w+)\s*\(', re.S).match(text, pos)
        if not m:
            raise HeadError('no function below head')
        end = balanced(text, m.end() - 1)
        result = ' '.join(m.group(2).split())
        self.static = result.startswith('static')
        self.result = re.sub(r'\s*\*', ' *', re.sub(
            r'\b(static|inline|COLD|NOINLINE|ALWAYS_INLINE|UNUSED)\b\s*', '', result)).strip()
        self.name, self.params = m.group(3), parse_c_params(text[m.end():end - 1])
        self.text = text[m.end() - 1:end]
        self.defaults = {}


class Source:
    """The heads and slot functions of one C file."""

    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), encoding='utf-8') as f:
            self.text = text = f.read()
        self.methods, self.functions, self.getset, self.members = {}, {}, {}, {}
        self.constructors, self.types, self.converters, self.slots = [], [], {}, {}
        pending, defaults, end = [], {}, 0
        for m in HEAD.finditer(text):
            if m.start() < end:
                continue
            end = balanced(text, m.end() - 1)
            kind, args = m.group(1), split_top(text[m.end():end - 1])
            try:
                if kind == 'MEMBER':
                    self.members.setdefault(args[0], []).append(args[1:])
                elif kind in ('TYPE', 'HEAPTYPE'):
                    self.types.append((kind, args))
                elif kind == 'CONVERTER':
                    self.converters[args[0]] = args[1]
                elif kind == 'DEFAULT':
                    defaults[args[0]] = ', '.join(args[1:])
                else:
                    pending.append((kind, args))
                after = re.compile(r'(?:\s|;|/\*.*?\*/)*', re.S).match(text, end).end()
                if pending and not HEAD.match(text, after):
                    function = Function(path, text, after)
                    function.defaults = defaults
                    for kind, args in pending:
                        self.add(kind, args, function)
                    pending, defaults = [], {}
            except (HeadError, IndexError, ValueError) as e:
                line = text.count('\n', 0, m.start()) + 1
                sys.exit('%s:%d: %s: %s' % (os.path.join(root, path), line, kind, e))
        for m in SLOT.finditer(text):
            close = balanced(text, m.end() - 1)
            if re.match(r'\s*\{', text[close:close + 40]):
                before = text[max(0, m.start() - 120):m.start()]
                result = before.rsplit('\n', 2)[-2] if before.count('\n') else before
                self.slots.setdefault(m.group(1), {})[(m.group(2), m.group(3))] = (
                    m.group(0)[:-1], result.strip(), text[m.end() - 1:close])

    def add(self, kind, args, function):
        if kind == 'FUNCTION':
            self.functions.setdefault(args[0], []).append((kind, args, function))
        elif kind in ('NEW', 'INIT'):
            self.constructors.append((kind, args, function))
            self.slots.setdefault(args[0], {})[('tp', kind.lower())] = (
                '%s_tp_%s' % (args[0], kind.lower()), 'static', '')
        elif kind in ('GETTER', 'SETTER'):
            row = self.getset.setdefault(args[0], {}).setdefault(args[1], {})
            row[kind] = function
            if kind == 'GETTER':
                row['doc'] = args[2] if len(args) > 2 else 'NULL'
        else:
            self.methods.setdefault(args[0], []).append((kind, args, function))

    def empty(self):
        return not (self.methods or self.functions or self.getset or self.members or
                    self.constructors or self.types)


class Writer:
    """Writes the .inc file of one source."""

    def __init__(self, source, siblings):
        self.source, self.siblings, self.out = source, siblings, []
        self.shared = set()             # prefixes whose tables stand in another file
        here = {args[0] for _, args in source.types}
        for other in siblings:
            if other is not source:
                self.shared |= {args[0] for _, args in other.types} - here
                self.shared |= set(re.findall(r'\b(\w+)_functions\b', other.text))
        self.shared -= set(re.findall(r'\b(\w+)_functions\b', source.text))
        self.done = set()

    def emit(self, *lines):
        self.out.extend(lines)

    # ---- one callable -------------------------------------------------------------------

    def row(self, prefix, kind, args, function, local=True):
        """Emit the wrapper a callable needs; return its PyMethodDef row."""
        pyname = args[1].strip('"')
        signature = None if args[2].strip() == 'NULL' else c_string(args[2])
        shown = signature
        if signature and signature.startswith('!'):
            signature, shown = signature[1:], None
        doc = args[3] if len(args) > 3 else 'NULL'
        if shown is not None:
            text = (pyname + shown).replace('\\"', '"').replace('"', '\\"')
            doc = '"%s\\n--\\n\\n" %s' % (text, '' if doc == 'NULL' else doc)
        flags, target = self.calling(prefix, pyname, kind, signature, function, local)
        if pyname in ('__contains__', '__getitem__'):
            flags += ' | METH_COEXIST'      # found before the slot wrapper
        flags += {'CLASSMETHOD': ' | METH_CLASS', 'STATICMETHOD': ' | METH_STATIC'}.get(kind, '')
        return '    {"%s", (PyCFunction)(void (*)(void))%s, %s, PyDoc_STR(%s)},' % (
            pyname, target, flags, doc if doc != 'NULL' else '""') if doc != 'NULL' else \
            '    {"%s", (PyCFunction)(void (*)(void))%s, %s, NULL},' % (pyname, target, flags)

    def calling(self, prefix, pyname, kind, signature, function, local):
        types = [t for t, _ in function.params]
        names = [n for _, n in function.params]
        defining = len(names) > 1 and names[1] == 'defining_class'
        rest, rest_names = types[1:], names[1:]
        if rest[:2] == ['PyObject *const *', 'Py_ssize_t']:
            return ('METH_FASTCALL | METH_KEYWORDS' if len(rest) == 3 else 'METH_FASTCALL',
                    function.name)
        if defining and rest[1:3] == ['PyObject *const *', 'Py_ssize_t']:
            return 'METH_METHOD | METH_FASTCALL | METH_KEYWORDS', function.name
        star = signature is None or '*args' in signature or '**' in signature
        if rest_names in (['args', 'kwargs'], ['args', 'kwds']):
            return 'METH_VARARGS | METH_KEYWORDS', function.name
        if rest_names == ['args'] and star:
            return 'METH_VARARGS', function.name
        params = self.join(signature, function, 2 if defining else 1)
        direct = function.result == 'PyObject *'
        if not defining and all(p.kind == 'pos' for p in params):
            if not params and direct and len(function.params) == 2:
                return 'METH_NOARGS', function.name
            if (len(params) == 1 and params[0].required() and direct and
                    self.plain(params[0])):
                return 'METH_O', function.name
        return self.wrap(prefix, pyname, kind, params, function, defining, local)

    def join(self, signature, function, skip):
        cparams = function.params[skip:]
        if signature is None:
            # a lone Py_UNUSED(ignored) is the second parameter of every METH_NOARGS function
            params = [Param(n, 'pos', None) for _, n in cparams if n != 'ignored']
        else:
            params = parse_signature(signature)
        if not params and len(cparams) == 1:
            return params
        if len(params) != len(cparams):
            raise SystemExit('%s: %s: signature has %d parameters, C function %d' % (
                self.source.path, function.name, len(params), len(cparams)))
        for p, (ctype, cname) in zip(params, cparams):
            p.ctype, p.cname, p.key = ctype, 'in_' + cname, cname
        return params

    def plain(self, p):
        return p.ctype.endswith('*') and p.ctype not in CONVERT and self.conv(p) is None

    def conv(self, p):
        name = self.source.converters.get(p.ctype)
        return name and '%s({a}, &{v})' % name

    def wrap(self, prefix, pyname, kind, params, function, defining, local):
        name = function.name + '_wrapper'
        if name in self.done:
            name = '%s_%s_wrapper' % (function.name, re.sub(r'\W', '_', pyname))
        if not local:
            return self.flags(params, defining), name
        storage = 'PyObject *' if prefix in self.shared else 'static PyObject *'
        flags = self.flags(params, defining)
        if name in self.done:
            return flags, name
        self.done.add(name)
        self_type = function.params[0][0]
        head = 'PyObject *self'
        if defining:
            head += ', PyTypeObject *defining_class'
        if flags == 'METH_NOARGS':
            head += ', PyObject *Py_UNUSED(ignored)'
        elif flags == 'METH_O':
            head += ', PyObject *arg'
        else:
            head += ', PyObject *const *args, Py_ssize_t nargs'
            if 'KEYWORDS' in flags:
                head += ', PyObject *kwnames'
        if prefix in self.shared:
            self.emit('%s%s(%s);' % (storage, name, head.replace('Py_UNUSED(ignored)', 'ignored')))
        self.emit('', storage, '%s(%s)' % (name, head), '{')
        self.body(pyname, params, function, flags,
                  ['(%s)self' % self_type] + (['defining_class'] if defining else []),
                  'PyObject *', 'NULL')
        return flags, name

    def flags(self, params, defining):
        if defining:
            return 'METH_METHOD | METH_FASTCALL | METH_KEYWORDS'
        if not params:
            return 'METH_NOARGS'
        if all(p.kind == 'pos' for p in params):
            return 'METH_O' if len(params) == 1 and params[0].required() else 'METH_FASTCALL'
        return 'METH_FASTCALL | METH_KEYWORDS'

    def body(self, pyname, params, function, flags, lead, result, failure, args='args'):
        """Declarations, parsing, the call, clean-up."""
        buffers = []
        for i, p in enumerate(params):
            self.declare(p, function, buffers)
        self.emit('    %s%s = %s;' % (result, 'result' if result.endswith('*') else ' result',
                                      failure))
        positional = [p for p in params if p.kind in ('pos', 'both')]
        minpos = sum(p.required() for p in positional)
        maxpos = len(positional)
        var = next((i for i, p in enumerate(params) if p.kind == 'var'), None)
        if flags == 'METH_O':
            self.convert(params[0], 'arg', pyname, '"argument"')
        elif 'KEYWORDS' in flags or flags == 'tuple+kw':
            self.unpack(pyname, params, flags, minpos, maxpos, var)
            for i, p in enumerate(params):
                where = '"argument %d"' % (i + 1) if p.kind == 'pos' else '"argument \'%s\'"' % p.name
                if p.kind == 'var':
                    self.emit('    %s = args[%d];' % (p.cname, i))
                elif p.required():
                    self.convert(p, 'args[%d]' % i, pyname, where)
                elif var is not None:
                    self.guarded(p, 'args[%d] != NULL' % i, 'args[%d]' % i, pyname, where)
                else:
                    self.guarded(p, 'has_keywords ? args[%d] != NULL : nargs > %d' % (i, i),
                                 'args[%d]' % i, pyname, where)
        elif flags in ('METH_FASTCALL', 'tuple'):
            self.emit('    if (!_PyArg_CheckPositional("%s", nargs, %d, %d)) {' %
                      (pyname, minpos, maxpos), '        goto fail;', '    }')
            for i, p in enumerate(params):
                where = '"argument %d"' % (i + 1)
                if p.required():
                    self.convert(p, 'args[%d]' % i, pyname, where)
                else:
                    self.guarded(p, 'nargs > %d' % i, 'args[%d]' % i, pyname, where)
        call_args = lead + [('&' if p.ctype in ('Py_buffer *', 'str_or_buffer *') else '') + p.cname
                            for p in params]
        if not params and result.endswith('*') and len(function.params) == len(lead) + 1:
            call_args.append('NULL')
        call = '%s(%s)' % (function.name, ', '.join(call_args))
        if result != 'PyObject *' or function.result.endswith('*'):
            self.emit('    result = %s%s;' % (
                '(PyObject *)' if result == 'PyObject *' and function.result != 'PyObject *' else '', call))
        elif function.result == 'void':
            self.emit('    %s;' % call, '    result = Py_NewRef(Py_None);')
        else:
            if function.result not in RETURN:
                raise SystemExit('%s: %s: no conversion of result type %s' % (
                    self.source.path, function.name, function.result))
            ctype, expression = RETURN[function.result]
            self.emit('    %s value = %s;' % (ctype, call), '    result = %s;' % expression)
        if any('goto fail' in line for line in self.out[-400:]):
            self.emit('fail: __attribute__((unused))')
        for cname in buffers:
            self.emit('    if (%s.obj != NULL) {' % cname, '        PyBuffer_Release(&%s);' % cname,
                      '    }')
        if var is not None:
            self.emit('    Py_XDECREF(%s);' % params[var].cname)
        self.emit('    return result;', '}')

    def unpack(self, pyname, params, flags, minpos, maxpos, var):
        keywords = ', '.join('"%s"' % ('' if p.kind == 'pos' else p.name)
                             for p in params if p.kind != 'var')
        minkw = sum(p.required() for p in params if p.kind == 'kw')
        self.emit('    static const char *const keywords[] = {%s%sNULL};' % (
                      keywords, ', ' if keywords else ''),
                  '    static _PyArg_Parser parser = {.keywords = keywords, .fname = "%s"};' % pyname,
                  '    PyObject *args_buffer[%d] = {NULL};' % max(1, len(params)))
        if flags == 'tuple+kw':
            has, dictionary, names = 'kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0', 'kwargs', 'NULL'
        else:
            has, dictionary, names = 'kwnames != NULL && PyTuple_GET_SIZE(kwnames) > 0', 'NULL', 'kwnames'
        self.emit('    int has_keywords __attribute__((unused)) = %s;' % has)
        function = '_PyArg_UnpackKeywords' if var is None else '_PyArg_UnpackKeywordsWithVararg'
        extra = '' if var is None else '%d, ' % var
        before = '' if var is None else ''
        self.emit(before + '    args = (%s)(args, nargs, has_keywords ? %s : NULL, '
                  'has_keywords ? %s : NULL, &parser, %d, %d, %d, %sargs_buffer);' % (
                      function, dictionary, names, minpos, maxpos, minkw, extra),
                  '    if (args == NULL) {', '        goto fail;', '    }')

    def declare(self, p, function, buffers):
        if p.ctype in ('Py_buffer *', 'str_or_buffer *'):
            buffers.append(p.cname)
            self.emit('    Py_buffer %s = {.obj = NULL};' % p.cname)
            return
        initial = function.defaults.get(p.key) or function.defaults.get(p.name)
        if initial is None:
            initial = self.initial(p)
        space = '' if p.ctype.endswith('*') else ' '
        self.emit('    %s%s%s%s;' % (p.ctype, space, p.cname,
                                     '' if initial is None else ' = ' + initial))

    def initial(self, p):
        pointer = p.ctype.endswith('*') or p.ctype == 'text_or_none'
        if p.kind == 'var':
            return 'NULL'
        if p.default is None:
            return 'NULL' if pointer else '0' if p.ctype in CONVERT and p.ctype != 'Py_complex' else None
        if p.ctype == 'PyObject *':
            return OBJECT_DEFAULTS.get(p.default, 'NULL')
        if p.default in SCALAR_DEFAULTS:
            if pointer:
                return 'NULL'
            return SCALAR_DEFAULTS[p.default] if p.default != 'None' else '0'
        if re.match(r'^-?[\d.xa-fA-F]+$', p.default):
            return p.default
        m = re.match(r'^[\'"](.*)[\'"]$', p.default.replace('\\"', '"'))
        if m:
            if p.ctype == 'char_arg':
                return "'%s'" % m.group(1)
            return '"%s"' % m.group(1) if p.ctype in ('const char *', 'text_or_none') else 'NULL'
        return 'NULL' if pointer else None if p.ctype in self.source.converters else '0'

    def convert(self, p, arg, pyname, where, indent='    '):
        text = self.conv(p) or CONVERT.get(p.ctype)
        if text is None:
            if not p.ctype.endswith('*'):
                raise SystemExit('%s: no conversion for C type %s' % (self.source.path, p.ctype))
            cast = '' if p.ctype == 'PyObject *' else '(%s)' % p.ctype
            self.emit('%s%s = %s%s;' % (indent, p.cname, cast, arg))
            return
        text = text.format(a=arg, v=p.cname, f='"%s"' % pyname, d=where)
        self.emit('%sif (!%s) {' % (indent, text), '%s    goto fail;' % indent, '%s}' % indent)

    def guarded(self, p, condition, arg, pyname, where):
        self.emit('    if (%s) {' % condition)
        self.convert(p, arg, pyname, where, '        ')
        self.emit('    }')

    # ---- constructors, tables, types -----------------------------------------------------

    def constructor(self, kind, args, function):
        prefix, signature = args[0], c_string(args[1])
        types = {a[0]: (k, a) for k, a in self.source.types}
        tkind, targs = types.get(prefix, (None, None))
        pyname = (c_string(targs[2] if tkind == 'TYPE' else targs[1]).rsplit('.', 1)[-1]
                  if targs else prefix)
        params = self.join(signature.lstrip('!'), function, 1)
        if kind == 'NEW':
            lead, result, failure = 'PyTypeObject *type', 'PyObject *', 'NULL'
        else:
            lead, result, failure = 'PyObject *self', 'int', '-1'
        slot = '%s_tp_%s' % (prefix, kind.lower())
        tuple_name = 'args_tuple'
        self.emit('', 'static %s' % result, '%s(%s, PyObject *%s, PyObject *kwargs)' % (
            slot, lead, tuple_name), '{')
        self.emit('    PyObject *const *args __attribute__((unused)) = &PyTuple_GET_ITEM(%s, 0);' % tuple_name,
                  '    Py_ssize_t nargs __attribute__((unused)) = PyTuple_GET_SIZE(%s);' % tuple_name)
        only_pos = all(p.kind == 'pos' for p in params)
        start = len(self.out)
        first = ['type' if kind == 'NEW' else '(%s)self' % function.params[0][0]]
        self.body(pyname, params, function, 'tuple' if only_pos else 'tuple+kw', first, result,
                  failure)
        if only_pos:
            if tkind == 'TYPE':
                obj = targs[1]
                test = ('(type == &{o} || type->tp_init == {o}.tp_init)' if kind == 'NEW' else
                        '(Py_IS_TYPE(self, &{o}) || Py_TYPE(self)->tp_new == {o}.tp_new)').format(o=obj)
            elif kind == 'NEW':
                test = 'type->tp_init == PyBaseObject_Type.tp_init'
            else:
                test = 'Py_TYPE(self)->tp_init == %s' % slot
            at = next(i for i in range(start, len(self.out)) if ' result = ' in self.out[i] or
                      '*result = ' in self.out[i]) + 1
            self.out[at:at] = ['    if (%s && !_PyArg_NoKeywords("%s", kwargs)) {' % (test, pyname),
                               '        goto fail;', '    }']
            if not any(line.startswith('fail:') for line in self.out[start:]):
                end = max(i for i, line in enumerate(self.out) if line == '    return result;')
                self.out.insert(end, 'fail: __attribute__((unused))')

    def collect(self, attribute, prefix):
        """(source, entries) of this file and, where the table is ours, of its siblings."""
        for source in [self.source] + [s for s in self.siblings if s is not self.source]:
            entries = getattr(source, attribute).get(prefix)
            if entries and (source is self.source or prefix not in
                            {a[0] for _, a in source.types}):
                yield source, entries

    def method_table(self, attribute, prefix, table):
        rows = []
        for source, entries in self.collect(attribute, prefix):
            local = source is self.source
            writer = self if local else Writer(source, self.siblings)
            for kind, args, function in entries:
                row = writer.row(prefix, kind, args, function, local)
                rows.append(row)
                if not local:
                    target = re.search(r'\(void \(\*\)\(void\)\)(\w+)', row).group(1)
                    if target == function.name:
                        if function.static:
                            raise SystemExit('%s: %s must not be static: its table stands in %s' % (
                                source.path, function.name, self.source.path))
                        self.emit('%s%s%s;' % (function.result + (
                            '' if function.result.endswith('*') else ' '), function.name,
                            re.sub(r'Py_UNUSED\((\w+)\)', r'\1', function.text)))
                    else:
                        self.emit('extern PyObject *%s();' % target)
        if rows:
            self.emit('', GUARD + 'static PyMethodDef %s[] = {' % table, *rows,
                      '    {NULL, NULL, 0, NULL},', '};')
        return bool(rows)

    def getset_table(self, prefix):
        rows = []
        for source, entries in self.collect('getset', prefix):
            for pyname, row in entries.items():
                for f in (row.get('GETTER'), row.get('SETTER')):
                    if f and source is not self.source:
                        self.emit('%s %s%s;' % (f.result, f.name,
                                                re.sub(r'Py_UNUSED\((\w+)\)', r'\1', f.text)))
                get, put = row.get('GETTER'), row.get('SETTER')
                rows.append('    {"%s", %s, %s, %s, NULL},' % (
                    pyname.strip('"'), '(getter)(void (*)(void))' + get.name if get else 'NULL',
                    '(setter)(void (*)(void))' + put.name if put else 'NULL', row.get('doc', 'NULL')))
        if rows:
            self.emit('', GUARD + 'static PyGetSetDef %s_getset[] = {' % prefix, *rows, '    {0},', '};')
        return bool(rows)

    def member_table(self, prefix, offsets=()):
        rows = []
        for source, entries in self.collect('members', prefix):
            rows += ['    {"%s", %s, offsetof(%s, %s), %s, %s},' % (
                e[0].strip('"'), e[1], e[2], e[3], e[4], e[5] if len(e) > 5 else 'NULL')
                for e in entries]
        if rows:
            self.emit('', GUARD + 'static PyMemberDef %s_members[] = {' % prefix, *rows, '    {0},', '};')
        return bool(rows)

    def slots_of(self, prefix):
        slots = {}
        for source, entries in self.collect('slots', prefix):
            for key, (name, result, params) in entries.items():
                if source is not self.source and params:
                    if 'static' in result:
                        continue
                    self.emit('%s%s%s;' % (result + ('' if result.endswith('*') else ' '), name,
                                           re.sub(r'Py_UNUSED\((\w+)\)', r'\1', params)))
                slots[key] = name
        return slots

    def type(self, kind, args):
        prefix = args[0]
        methods = prefix in self.tabled
        getset, members = self.getset_table(prefix), self.member_table(prefix)
        slots = self.slots_of(prefix)
        if kind == 'TYPE':
            self.static_type(args, methods, getset, members, slots)
        else:
            self.type_spec(args, methods, getset, members, slots)

    def doc(self, name, signature, doc):
        signature, text = c_string(signature), doc
        if signature is None:
            return text
        short = (name.rsplit('.', 1)[-1] + signature).replace('\\"', '"').replace('"', '\\"')
        return 'PyDoc_STR("%s\\n--\\n\\n" %s)' % (short, '' if text == 'NULL' else text)

    def static_type(self, args, methods, getset, members, slots):
        prefix, obj, name, struct, signature, doc = args[:6]
        given = [a for a in args[6:] if a]
        for family, (ctype, word) in SUITES.items():
            rows = ['    .%s_%s = %s,' % (family, s, '(void *)' + f) for (fam, s), f in slots.items()
                    if fam == family]
            field = '.tp_as_%s' % word
            if rows and not any(g.startswith(field) for g in given):
                self.emit('', 'static %s %s_as_%s = {' % (ctype, prefix, word), *rows, '};')
                given.append('%s = &%s_as_%s' % (field, prefix, word))
        storage = '' if obj.startswith(('Py', '_Py', 'krait_')) else 'static '
        self.emit('', '%sPyTypeObject %s = {' % (storage, obj),
                  '    PyVarObject_HEAD_INIT(%s, 0)' % ('NULL' if False else '&PyType_Type'),
                  '    .tp_name = %s,' % name)
        named = {g.split('=')[0].strip() for g in given}
        if '.tp_basicsize' not in named:
            self.emit('    .tp_basicsize = sizeof(%s),' % struct)
        if '.tp_doc' not in named and not (doc == 'NULL' and signature == 'NULL'):
            self.emit('    .tp_doc = %s,' % self.doc(c_string(name), signature, doc))
        for (family, s), f in slots.items():
            if family == 'tp' and '.tp_' + s not in named:
                self.emit('    .tp_%s = (void *)%s,' % (s, f))
        for word, present in (('methods', methods), ('getset', getset), ('members', members)):
            if present and '.tp_' + word not in named:
                self.emit('    .tp_%s = %s_%s,' % (word, prefix, word))
        self.emit(*['    %s,' % g for g in given])
        self.emit('};')

    def type_spec(self, args, methods, getset, members, slots):
        prefix, name, struct, signature, doc, flags = args[:6]
        rows = ['    {Py_%s_%s, (void *)%s},' % (fam, s, f) for (fam, s), f in slots.items()]
        if not (doc == 'NULL' and signature == 'NULL'):
            rows.append('    {Py_tp_doc, (void *)%s},' % self.doc(c_string(name), signature, doc))
        for word, present in (('methods', methods), ('getset', getset), ('members', members)):
            if present:
                rows.append('    {Py_tp_%s, %s_%s},' % (word, prefix, word))
        rows += ['    %s,' % a for a in args[6:] if a]
        self.emit('', 'static PyType_Slot %s_slots[] = {' % prefix, *rows, '    {0, NULL},', '};', '',
                  GUARD + 'static PyType_Spec %s_spec = {' % prefix,
                  '    .name = %s,' % name, '    .basicsize = sizeof(%s),' % struct,
                  '    .flags = %s,' % flags, '    .slots = %s_slots,' % prefix, '};')

    def write(self):
        source, self.tabled = self.source, set()
        self.emit('/* Generated from src/%s by tools/gen_builtins.py. */' % source.path,
                  '#pragma GCC diagnostic push',
                  '#pragma GCC diagnostic ignored "-Wincompatible-pointer-types"',
                  '#pragma GCC diagnostic ignored "-Wcast-function-type"')
        for kind, args, function in source.constructors:
            self.constructor(kind, args, function)
        own = {args[0] for _, args in source.types}
        for prefix in dict.fromkeys(list(source.methods) + [a[0] for _, a in source.types]):
            if prefix in self.shared and prefix not in own:
                for kind, args, function in source.methods[prefix]:
                    self.row(prefix, kind, args, function)
            elif self.method_table('methods', prefix, prefix + '_methods'):
                self.tabled.add(prefix)
        modules = set(source.functions) | {
            m for s in self.siblings for m in s.functions
            if re.search(r'\b%s_functions\b' % m, source.text)}
        for module in sorted(modules):
            if module in self.shared and not re.search(r'\b%s_functions\b' % module, source.text):
                for kind, args, function in source.functions[module]:
                    self.row(module, kind, args, function)
            else:
                self.method_table('functions', module, module + '_functions')
        for prefix in set(source.getset) | set(source.members):
            if prefix not in own and prefix not in self.shared:
                self.getset_table(prefix)
                self.member_table(prefix)
        for kind, args in source.types:
            self.type(kind, args)
        self.emit('#pragma GCC diagnostic pop')
        return '\n'.join(self.out) + '\n'


def write_if_changed(path, text):
    try:
        with open(path, encoding='utf-8') as f:
            if f.read() == text:
                return
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + '.tmp', 'w', encoding='utf-8') as f:
        f.write(text)
    os.replace(path + '.tmp', path)


def main(root, out):
    folders = {}
    for folder, _, names in os.walk(root):
        for name in sorted(names):
            if name.endswith('.c'):
                path = os.path.relpath(os.path.join(folder, name), root)
                folders.setdefault(folder, []).append(Source(root, path))
    for sources in folders.values():
        for source in sources:
            used = [s for s in sources if s is source or not s.empty() or s.slots
                    or '_functions' in s.text]
            if not source.empty() or '.inc"' in source.text:
                text = Writer(source, used).write()
                write_if_changed(os.path.join(out, source.path[:-2] + '.inc'), text)


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2])
