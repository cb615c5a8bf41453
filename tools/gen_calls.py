"""Write the wrappers between Python's calling conventions and the C functions below heads.

The C type of each parameter decides its conversion, the text signature its name, kind and default;
messages are those of the reference.  Used by gen_builtins.py.
"""
import re

from gen_heads import c_string, parse_signature, Param

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


class Calls:
    """Wrappers of one source, collected as lines in `out`."""

    def __init__(self, source, shared):
        self.source, self.out = source, []
        self.shared = shared            # prefixes whose tables stand in another file
        self.done = set()

    def emit(self, *lines):
        self.out.extend(lines)

    def documentation(self, doc):
        """Emit a text that only who asks for it reads, apart from what every start reads; its name."""
        if doc == 'NULL':
            return doc
        self.docs = getattr(self, 'docs', 0) + 1
        self.emit('static const char doc_%d[] DOCUMENTATION = PyDoc_STR(%s);' % (self.docs, doc))
        return 'doc_%d' % self.docs

    # ---- methods and functions ---------------------------------------------------------------

    def row(self, prefix, kind, args, function, local=True):
        """Emit the wrapper a callable needs; return its PyMethodDef row without the documentation, and that."""
        pyname = args[1].strip('"')
        signature = None if args[2].strip() == 'NULL' else c_string(args[2])
        shown = signature
        function.parsed = bool(signature) and signature.startswith('~')
        if function.parsed:
            signature = shown = signature[1:] or None
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
        return '    {"%s", (PyCFunction)(void (*)(void))%s, %s, %%s},' % (pyname, target, flags), doc

    def calling(self, prefix, pyname, kind, signature, function, local):
        types = [t for t, _ in function.params]
        names = [n for _, n in function.params]
        defining = len(names) > 1 and names[1] == 'defining_class'
        rest, rest_names = types[1:], names[1:]
        if rest[:2] == ['PyObject *const *', 'Py_ssize_t']:
            flags = 'METH_FASTCALL | METH_KEYWORDS' if len(rest) == 3 else 'METH_FASTCALL'
            return flags + ' | METH_PLAIN_NAME' if function.parsed else flags, function.name
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
        elif 'METH_METHOD' in flags and not params:
            self.emit('    if (nargs != 0) {',
                      '        PyErr_SetString(PyExc_TypeError, "%s() takes no arguments");' % pyname,
                      '        goto fail;', '    }')
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
            check = '_PyArg_CheckPositional'
            if getattr(function, 'parsed', False):
                check = 'args_count_parsed'
                self.emit('    int args_count_parsed(const char *, Py_ssize_t, Py_ssize_t, Py_ssize_t);')
            self.emit('    if (!%s("%s", nargs, %d, %d)) {' % (check, pyname, minpos, maxpos),
                      '        goto fail;', '    }')
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
        self.emit('    RESULT_CHECK("%s", result == %s);' % (function.name, failure),
                  '    return result;', '}')

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

    # ---- __new__ and __init__ ------------------------------------------------------------------

    def constructor(self, kind, args, function):
        prefix, signature = args[0], c_string(args[1])
        types = {a[0]: (k, a) for k, a in self.source.types}
        tkind, targs = types.get(prefix, (None, None))
        pyname = (c_string(targs[2] if tkind == 'TYPE' else targs[1]).rsplit('.', 1)[-1]
                  if targs else prefix)
        named = re.match(r'!?(\w+)(?=\()', signature)
        if named:                       # a name of its own in errors
            pyname, signature = named[1], signature[named.end():]
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
                self.out.insert(end - 1, 'fail: __attribute__((unused))')
