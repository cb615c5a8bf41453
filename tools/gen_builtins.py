"""Collect the heads above C functions (src/object/declare.h) into tables.

    gen_builtins.py SRC OUT

For every SRC/<path>.c that holds heads, writes OUT/<path>.inc: argument parsing, method,
getter and member tables, slot tables and type objects.  Files whose content does not change are
not touched, so that make rebuilds only what a head's change reaches.
"""
import os
import re
import sys

from gen_calls import Calls
from gen_heads import Source, c_string

SUITES = {'nb': ('PyNumberMethods', 'number'), 'sq': ('PySequenceMethods', 'sequence'),
          'mp': ('PyMappingMethods', 'mapping'), 'am': ('PyAsyncMethods', 'async'),
          'bf': ('PyBufferProcs', 'buffer')}
GUARD = '__attribute__((unused)) '


class Writer(Calls):
    """Writes the .inc file of one source."""

    def __init__(self, source, siblings):
        self.siblings = siblings
        here = {args[0] for _, args in source.types}
        shared = set()
        for other in siblings:
            if other is not source:
                shared |= {args[0] for _, args in other.types} - here
                shared |= set(re.findall(r'\b(\w+)_functions\b', other.text))
        shared -= set(re.findall(r'\b(\w+)_functions\b', source.text))
        super().__init__(source, shared)

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
                row, doc = writer.row(prefix, kind, args, function, local)
                rows.append(row % self.documentation(doc))
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
        if any('METH_PLAIN_NAME' in row for row in rows):
            self.emit('#ifndef METH_PLAIN_NAME', '#define METH_PLAIN_NAME 0x1000', '#endif')
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
                    '(setter)(void (*)(void))' + put.name if put else 'NULL', self.documentation(row.get('doc', 'NULL'))))
        if rows:
            self.emit('', GUARD + 'static PyGetSetDef %s_getset[] = {' % prefix, *rows, '    {0},', '};')
        return bool(rows)

    def member_table(self, prefix, offsets=()):
        rows = []
        for source, entries in self.collect('members', prefix):
            rows += ['    {"%s", %s, %s, %s, %s},' % (
                e[0].strip('"'), e[1],
                '(Py_ssize_t)' + e[2] if e[1] == 'T_LATE' else 'offsetof(%s, %s)' % (e[2], e[3]),
                e[4], self.documentation(e[5] if len(e) > 5 else 'NULL')) for e in entries]
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
        self.emit('', '%sWRITTEN PyTypeObject %s = {' % (storage, obj),
                  '    PyVarObject_HEAD_INIT(&PyType_Type, 0)',
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
        for prefix in dict.fromkeys([*source.getset, *source.members]):
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
