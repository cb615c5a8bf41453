"""Compare the binary interface with 3.11's: layouts, constants, declarations, exported symbols, static types.

    abi.py [--interp build/krait] [--include include] [--reference /usr/include/python3.11] [-v]

The facts are data: src/capi/abi-3.11.txt (symbols and signatures) and tools/abi/*.txt.  The same
programs are compiled with the reference's headers too, if they are installed, which checks the data and
lets the declarations be compared at each version of the limited API.  Prints each difference (at most
20 of a kind without -v), then counts; the last line is `N passed, N failed, N skipped`.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
SYMBOLS = os.path.join(ROOT, 'src/capi/abi-3.11.txt')
LIMITED = ['3.%d' % minor for minor in range(2, 12)]
EXTRA_HEADERS = ['structmember.h', 'structseq.h', 'frameobject.h', 'marshal.h', 'osdefs.h', 'token.h']
# The reference declares them without exporting them.
NOT_EXPORTED = ('_PyCodec_Forget', 'PySignal_SetWakeupFd')
# Names of macros that are means of the reference's headers, not interface.
OWN_MEANS = re.compile(r'_H$|^COMMON_FIELDS$|^_PyGenObject_HEAD$|^_PyCode_DEF$|^PyUnicode_WSTR|^Py_CPYTHON|'
                       r'^_Py_BEGIN|^HAVE_|^IS_ARTIFICIAL$')


def rows(name):
    path = name if os.path.isabs(name) else os.path.join(HERE, 'abi', name)
    with open(path, encoding='utf-8') as f:
        return [line.rstrip('\n') for line in f if not line.startswith('#')]


def expat_or_curses_missing(header):
    need = {'pyexpat.h': '/usr/include/expat.h', 'py_curses.h': '/usr/include/ncurses.h'}.get(header)
    return need is not None and not os.path.exists(need)


class Report:
    """Differences by kind, and how much was compared."""

    def __init__(self, verbose):
        self.verbose = verbose
        self.compared, self.different, self.shown = {}, {}, {}

    def check(self, kind, ok, text):
        self.compared[kind] = self.compared.get(kind, 0) + 1
        if ok:
            return
        self.different[kind] = self.different.get(kind, 0) + 1
        if self.verbose or self.different[kind] <= 20:
            print('%s: %s' % (kind, text))


def compile_and_run(include, source):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'probe.c')
        with open(path, 'w') as f:
            f.write(source)
        program = os.path.join(folder, 'probe')
        subprocess.run(['gcc', '-w', '-I' + include, path, '-o', program,
                        '-Wl,--unresolved-symbols=ignore-all'], check=True)
        return subprocess.run([program], stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()


# ---- layouts -----------------------------------------------------------------------------------

def read_layouts():
    """[(C type, size, header, [(field, offset, size or None, bits or None)])]"""
    found = []
    for line in rows('layouts.txt'):
        words = line.split()
        if not line.startswith(' '):
            found.append((words[0].replace('.', ' '), int(words[1]), words[2], []))
        else:
            found[-1][3].append((words[0], words[1], int(words[2])))
    return [s for s in found if not expat_or_curses_missing(s[2])]


def probe_layouts(include, layouts):
    headers = sorted({s[2] for s in layouts} - {'Python.h'})
    out = ['#include <Python.h>', '#include <stddef.h>']
    if 'pyexpat.h' in headers:
        out.append('#include <expat.h>')
    out += ['#include <%s>' % h for h in headers]
    out += ['static void bits(const unsigned char *p, size_t n)',
            '{ int first = -1, width = 0;',
            '  for (size_t i = 0; i < n * 8; i++) if (p[i / 8] >> i % 8 & 1) { if (first < 0) first = i; width++; }',
            '  printf(":%d %d\\n", first, width); }',
            'int main(void) {']
    for ctype, _, _, fields in layouts:
        out.append('printf("%%zu\\n", sizeof(%s));' % ctype)
        for field, offset, _ in fields:
            if offset.startswith(':'):
                out.append('{ static %s x; x.%s = -1; bits((unsigned char *)&x, sizeof x); }' % (ctype, field))
            else:
                out.append('printf("%%zu %%zu\\n", offsetof(%s, %s), sizeof(((%s *)0)->%s));'
                           % (ctype, field, ctype, field))
    out.append('return 0; }')
    return compile_and_run(include, '\n'.join(out))


def check_layouts(report, kind, include):
    layouts = read_layouts()
    lines = iter(probe_layouts(include, layouts))
    for ctype, size, _, fields in layouts:
        got = next(lines)
        report.check(kind, got == str(size), 'sizeof(%s) is %s, not %d' % (ctype, got, size))
        for field, offset, width in fields:
            got = next(lines)
            report.check(kind, got == '%s %d' % (offset, width),
                         '%s.%s at %s, not %s %d' % (ctype, field, got, offset, width))


# ---- constants ---------------------------------------------------------------------------------

def check_constants(report, kind, include):
    constants = [line.split() for line in rows('constants.txt')]
    headers = sorted({c[2] for c in constants} - {'Python.h'})
    out = ['#include <Python.h>'] + ['#include <%s>' % h for h in headers] + ['int main(void) {']
    for name, _, _ in constants:
        out += ['#ifdef ' + name, 'printf("%%lld\\n", (long long)(%s));' % name,
                '#else', 'puts("absent");', '#endif']
    out.append('return 0; }')
    for (name, value, _), got in zip(constants, compile_and_run(include, '\n'.join(out))):
        report.check(kind, got == value, '%s is %s, not %s' % (name, got, value))


# ---- opcodes: the interpreter's table and the public header say the same ------------------------

def check_opcodes(report, kind):
    """Rows that opcode.def adds for Krait's own specialisations have no constant, and never a reference's number."""
    constants = {words[0]: words[1] for words in map(str.split, rows('constants.txt')) if words[2] == 'opcode.h'}
    with open(os.path.join(ROOT, 'src/vm/opcode.def'), encoding='utf-8') as f:
        table = re.findall(r'^(?:OPCODE|SPECIALISED|PAIR)\((\w+), (\d+)', f.read(), re.M)
    taken = {number: name for name, number in constants.items() if not name.startswith('NB_')}
    for name, number in table:
        report.check(kind, constants.get(name, number) == number and taken.get(number, name) in (name, 'HAVE_ARGUMENT'),
                     '%s is %s in opcode.def, %s in opcode.h' % (name, number, constants.get(name)))


# ---- declarations ------------------------------------------------------------------------------

def canonical(prototype):
    text = re.sub(r'\b(extern|static|inline)\b', '', prototype)
    text = re.sub(r'(struct )?__va_list_tag \*|__gnuc_va_list', 'va_list', text)
    text = re.sub(r'\blong long unsigned int\b', 'unsigned long long', text)
    text = re.sub(r'\blong unsigned int\b', 'unsigned long', text)
    text = re.sub(r'\blong long int\b', 'long long', text)
    text = re.sub(r'\b(long|short) int\b', r'\1', text)
    text = re.sub(r'\bstruct (PyConfig|_PyArg_Parser)\b', r'\1', text)
    text = re.sub(r'\s*([*(),;])\s*', r'\1', text)
    return re.sub(r'\s+', ' ', text).strip(' ;')


def probe_declarations(include, version):
    """name -> canonical prototype of every function that the headers under `include` declare."""
    headers = ['Python.h'] + EXTRA_HEADERS
    source = ''.join('#include <%s>\n' % h for h in headers)
    flags = ['-DPy_LIMITED_API=0x03%02x0000' % int(version[2:])] if version else []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'probe.c')
        with open(path, 'w') as f:
            f.write(source)
        table = os.path.join(folder, 'table')
        subprocess.run(['gcc', '-w', '-I' + include, '-fsyntax-only', '-aux-info', table, path] + flags, check=True)
        with open(table) as f:
            lines = f.read().splitlines()
    found = {}
    for line in lines:
        m = re.match(r'/\* (\S+?):\d+:\S+ \*/ (.*)$', line)
        if m and os.path.realpath(m[1]).startswith(os.path.realpath(include)):
            declaration = m[2].split('/*')[0]
            if declaration.startswith('static'):        # a definition: its parameters have names
                declaration = re.sub(r'(\*|\w )\w+(?=[,)])', r'\1', declaration)
            name = re.search(r'(\w+) \(', declaration)
            if name:
                found[name[1]] = canonical(declaration)
    return found


def probe_macros(include, version):
    """name -> number of parameters (or None) of every macro that the headers under `include` define."""
    headers = ['Python.h'] + EXTRA_HEADERS
    flags = ['-DPy_LIMITED_API=0x03%02x0000' % int(version[2:])] if version else []
    text = subprocess.run(['gcc', '-w', '-I' + include, '-dD', '-E', '-xc', '-'] + flags, check=True,
                          input=''.join('#include <%s>\n' % h for h in headers).encode(),
                          stdout=subprocess.PIPE).stdout.decode()
    found, here = {}, False
    for line in text.splitlines():
        m = re.match(r'# \d+ "([^"]+)"', line)
        if m:
            here = m[1].startswith(include)
            continue
        m = re.match(r'#define (\w+)(\(([^)]*)\))?', line)
        if m and here:
            found[m[1]] = None if m[2] is None else len(m[3].split(',')) if m[3].strip() else 0
    return found


def check_declarations(report, include, reference):
    symbols = [line.split('\t') for line in rows(SYMBOLS)]
    declared = probe_declarations(include, None)
    for name, kind, since, signature in symbols:
        if kind != 'func' or since == 'internal' or not signature:
            continue
        expected = canonical(re.sub(r'^([^(]*?)\(', r'\1 %s(' % name, signature, count=1))
        got = declared.get(name)
        report.check('declarations', got == expected, '%s: %s, not %s' % (name, got, expected))
    for version in LIMITED:
        names = probe_declarations(include, version)
        for name, kind, since, _ in symbols:
            if kind != 'func' or since == 'internal' or name.endswith('_SizeT'):
                continue
            wanted = since != '-' and int(since[2:]) <= int(version[2:])
            report.check('limited API', (name in names) == wanted,
                         '%s is %s in %s' % (name, 'declared' if name in names else 'absent', version))
    if not reference:
        return
    for version in [None] + LIMITED:
        theirs, ours = probe_macros(reference, version), probe_macros(include, version)
        for name, parameters in sorted(theirs.items()):
            if not OWN_MEANS.search(name):
                report.check('macros', name in ours and ours[name] == parameters,
                             '%s (%s parameters) is %s in %s'
                             % (name, parameters, ours.get(name, 'absent'), version or 'the full API'))
        theirs, ours = probe_declarations(reference, version), probe_declarations(include, version)
        for name, prototype in sorted(theirs.items()):
            if name in NOT_EXPORTED:
                continue
            report.check('reference', ours.get(name) == prototype,
                         '%s: %s, not %s in %s' % (name, ours.get(name), prototype, version or 'the full API'))


# ---- exported symbols --------------------------------------------------------------------------

def check_symbols(report, kind, binary):
    out = subprocess.run(['nm', '-D', '--defined-only', binary], stdout=subprocess.PIPE, check=True).stdout.decode()
    have = {}
    for line in out.splitlines():
        _, letter, name = line.split()
        have[name.split('@')[0]] = 'func' if letter in 'TWi' else 'data'
    for line in rows(SYMBOLS):
        name, what = line.split('\t')[:2]
        report.check(kind, have.get(name) == what, '%s is %s, not %s' % (name, have.get(name, 'absent'), what))


# ---- static types ------------------------------------------------------------------------------

TYPES_PROGRAM = r'''
import ctypes, sys, importlib
for name in sys.builtin_module_names:
    if name not in ('_abc',):
        try: importlib.import_module(name)
        except ImportError: pass
word = lambda address: ctypes.c_ssize_t.from_address(address).value
seen, pending = {}, [object]
while pending:
    t = pending.pop()
    if id(t) in seen: continue
    seen[id(t)] = t
    pending += type.__subclasses__(t)
def show(symbol, address):
    name = ctypes.c_char_p.from_address(address + 24).value.decode()
    base = word(address + 256)
    print(symbol, name, word(address + 32), word(address + 40), word(address + 168), word(address + 288),
          word(address + 208), word(address + 56),
          ctypes.c_char_p.from_address(base + 24).value.decode() if base else '-', sep='\t')
for symbol in sys.argv[1:]:
    try: address = ctypes.addressof(ctypes.c_char.in_dll(ctypes.pythonapi, symbol))
    except ValueError: print(symbol, 'absent', sep='\t')
    else:
        show(symbol, address)
        seen.pop(address, None)
for address, t in seen.items():
    if not word(address + 168) & 1 << 9:
        show('-', address)
'''


def check_types(report, kind, interp):
    # Set and cleared while a program runs: the version tag.
    volatile = 1 << 19
    wanted = [line.split('\t') for line in rows('types.txt')]
    symbols = [t[0] for t in wanted if t[0] != '-']
    out = subprocess.run([interp, '-S', '-E', '-c', TYPES_PROGRAM] + symbols,
                         stdout=subprocess.PIPE, check=True).stdout.decode()
    exported, named = {}, {}
    for line in out.splitlines():
        words = line.split('\t')
        if words[0] != '-':
            exported[words[0]] = words[1:]
        else:
            named.setdefault(words[1], []).append(words[1:])
    missing = 0
    for symbol, *facts in wanted:
        facts = facts[:8]
        facts[3] = str(int(facts[3], 16))
        facts[7] = facts[7].rpartition('.')[2]
        if symbol != '-':
            candidates = [exported.get(symbol, ['absent'])]
        else:
            candidates = named.get(facts[0])
            if not candidates:
                missing += 1
                continue
        for got in candidates:
            if len(got) > 3:
                got[3] = str(int(got[3]) & ~volatile)
                got[7] = got[7].rpartition('.')[2]
        facts[3] = str(int(facts[3]) & ~volatile)
        report.check(kind, facts in candidates, '%s: %s, not %s' % (symbol if symbol != '-' else facts[0],
                                                                    candidates[0], facts))
    return missing


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--interp', default='build/krait')
    parser.add_argument('--include', default=os.path.join(ROOT, 'include'))
    parser.add_argument('--reference', default='/usr/include/python3.11')
    parser.add_argument('-v', '--verbose', action='store_true')
    options = parser.parse_args()
    include = os.path.abspath(options.include)
    reference = options.reference if os.path.exists(options.reference + '/Python.h') else None
    report = Report(options.verbose)
    check_layouts(report, 'layout', include)
    check_constants(report, 'constants', include)
    if reference:
        check_layouts(report, 'layout data', reference)
        check_constants(report, 'constants data', reference)
    check_opcodes(report, 'opcodes')
    check_declarations(report, include, reference)
    check_symbols(report, 'symbols', options.interp)
    unreachable = check_types(report, 'types', os.path.abspath(options.interp))
    for kind, compared in report.compared.items():
        print('abi: %s: %d compared, %d different' % (kind, compared, report.different.get(kind, 0)))
    if unreachable:
        print('abi: %d static types that no name leads to were not compared' % unreachable)
    print('abi: %d layout differences, %d missing symbols'
          % (report.different.get('layout', 0), report.different.get('symbols', 0)))
    failed = sum(report.different.values())
    print('%d passed, %d failed, 0 skipped' % (sum(report.compared.values()) - failed, failed))
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
