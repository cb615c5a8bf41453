"""Read the heads above C functions (src/object/declare.h) and the prototypes below them.

A Source is one C file with what its heads declare; gen_calls.py writes the wrappers that parse
arguments, gen_builtins.py the tables and type objects.
"""
import os
import re
import sys

HEADS = ('METHOD', 'CLASSMETHOD', 'STATICMETHOD', 'FUNCTION', 'NEW', 'INIT', 'GETTER', 'SETTER',
         'MEMBER', 'DEFAULT', 'CONVERTER', 'TYPE', 'HEAPTYPE')
HEAD = re.compile(r'^(%s)\(' % '|'.join(HEADS), re.M)
SLOT = re.compile(r'^(\w+?)_(tp|nb|sq|mp|am|bf)_(\w+)\(', re.M)


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
