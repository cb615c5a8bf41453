"""Hold the sources against the design: `make lint`.

    lint.py [--fast] [--build build]

Checked: the map of ARCHITECTURE.md lists every folder of src/; a file has at most 2,500 lines and 124
columns (text in quotes may be longer); no tabs, no spaces at line ends; includes go downward (UPWARD lists what may be seen from
below, and why); a function's name stands at column 0; no mutable object at file scope outside
object/state.c but what ABI and API want (type objects, tables of methods, parsers, exported names);
each header with a guard compiles by itself (not with --fast).  Findings are printed as file:line: text; the last
line is `N passed, N failed, N skipped`, counting files.
"""
import argparse
import concurrent.futures
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LAYERS = ['base', 'object', 'types', 'compile', 'vm', 'runtime', 'modules', 'capi', 'observe']
MAX_LINES, MAX_COLUMNS = 2500, 124
# (folder, header above it): why
UPWARD = {
    ('object', 'types/dict.h'): 'attributes and names live in dicts',
    ('object', 'types/str.h'): 'names are strs',
    ('object', 'types/str_codec.h'): 'the built-in codecs',
    ('object', 'types/exceptions.h'): 'errors are exceptions',
    ('object', 'types/tuple.h'): 'calls pass tuples',
    ('object', 'types/generic_alias.h'): 'isinstance() and X | Y',
    ('types', 'vm/frame.h'): 'frame and generator objects hold frames',
    ('types', 'vm/eval.h'): 'functions and generators run',
    ('types', 'vm/jump.h'): 'f_lineno',
    ('types', 'vm/opcode.def'): 'the opcode table',
    ('compile', 'vm/opcode.def'): 'the opcode table',
    ('runtime', 'modules/sys.h'): 'made before there is import',
    ('runtime', 'modules/builtins.h'): 'made before there is import',
}
# types of which an object at file scope may be written to
TABLES = re.compile(r'Py(Type|Module|Method|Member|GetSet|Number|Sequence|Mapping|Async)\w*|Py\w*_(Desc|Field|Spec|Slot)|PyBufferProcs|'
                    r'_PyArg_Parser|struct wrapperbase|_Py_Identifier|PyStructSequence_\w+|struct _(inittab|frozen)|DECLARE\w*')
NAMED = {
    'krait_empty_keys': 'refcount field beside constants, never written',
    'token_missing': 'a static object', 'set_dummy': 'a static object',
    'datetime_utc': 'a static object', 'no_offset': 'a static object',
    'slot_rows': 'wrapperbase structs, filled at start',
    'options': 'what a sanitizer keeps',
    'api': 'the table behind a capsule, which takes void *',
    'lock_waits': 'of one OS thread, with or without a PyThreadState',
    'nothing': 'no bytes, but an address that may be written to',
    '_Py_HashSecret': 'set once at start',
    '_Py_tracemalloc_config': 'exported, with its layout',
}
DEFINITION = re.compile(r'^(?P<head>(?:static |const |volatile |unsigned |signed |struct |union |enum |long |_Thread_local |__thread )*)'
                        r'(?P<type>\w+)?(?P<stars>[\s*]*(?:const\s*)?)\b(?P<name>\w+)\s*(?:\[[^=;]*\]\s*)?(?:=|;)')
LOCAL = re.compile(r'^\s+static (?!inline|const |PyObject \*\s*\w+\()(?P<type>(?:struct )?\w+)(?P<stars>[\s*]+(?:const )?)(?P<name>\w+)\s*(?:\[[^=;]*\]\s*)*(?:=|;)')


def sources():
    for folder, folders, files in os.walk(os.path.join(ROOT, 'src')):
        folders.sort()
        for name in sorted(files):
            if name.endswith(('.c', '.h', '.def')):
                yield os.path.relpath(os.path.join(folder, name), ROOT)


def strip(text):
    """Comments and the inside of literals become spaces."""
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
    return re.sub(pattern, lambda m: re.sub(r'[^\n]', ' ', m[0]) if m[0][0] == '/' else m[0][0] + '_' * (len(m[0]) - 2) + m[0][0],
                  text, flags=re.S)


def check_layout(path, lines, report):
    if len(lines) > MAX_LINES:
        report(len(lines), '%d lines; split it' % len(lines))
    for n, line in enumerate(lines, 1):
        if len(line) > MAX_COLUMNS and '"' not in line and not path.endswith('.def') and '_data' not in path:
            report(n, '%d columns' % len(line))
        if '\t' in line:
            report(n, 'a tab')
        if line.endswith((' ', '\r')):
            report(n, 'spaces at the end of the line')


def check_includes(path, lines, report):
    folder = path.split('/')[1]
    for n, line in enumerate(lines, 1):
        match = re.match(r'#\s*include "([^"]+)"', line)
        if not match:
            continue
        other = match[1].split('/')[0]
        if '/' not in match[1] or other in ('gen', folder):
            continue
        if other not in LAYERS:
            report(n, 'includes %s, which is in no layer' % match[1])
        elif LAYERS.index(other) > LAYERS.index(folder) and (folder, match[1]) not in UPWARD:
            report(n, '%s/ includes %s, which stands above it' % (folder, match[1]))


def check_functions(lines, report):
    for n, line in enumerate(lines):
        if line != '{' or n == 0:
            continue
        at = n - 1
        while at > 0 and (not lines[at].strip() or lines[at][0] in ' \t}'):
            at -= 1
        head = lines[at]
        if head.startswith(('#', 'struct', 'enum', 'union', '}')) or '=' in head and '(' not in head:
            continue
        if re.match(r'(static|extern|const|void|int|PyObject|\w+_t)\b.*\b\w+\(', head):
            report(at + 1, 'the name of a function is not at column 0')


def exported():
    with open(os.path.join(ROOT, 'src/capi/abi-3.11.txt')) as f:
        return {line.split()[0] for line in f if line.strip() and line[0] != '#'}


def check_state(path, lines, names, report):
    if path == 'src/object/state.c' or not path.endswith('.c'):
        return
    for n, line in enumerate(lines, 1):
        match = DEFINITION.match(line) or LOCAL.match(line)
        if not match or line.startswith(('typedef', 'extern', 'return', 'goto', 'case', 'default')):
            continue
        found = match.groupdict()
        words = (found.get('head', '') or '') + (found['type'] or '')
        if not found['type'] or '(' in line[:match.end()] or found['type'] in ('struct', 'enum', 'union'):
            continue
        pointer = '*' in found['stars']
        if ('const' in words.split() and not pointer) or re.search(r'\*\s*const\b', line[:match.end()]):
            continue
        if TABLES.fullmatch(found['type']) or TABLES.fullmatch(words.replace('static ', '')) or found['name'] in names:
            continue
        if found['name'] in NAMED or re.search(r'\bstatic char \*\w+\[\] = ', line):
            continue                    # names of arguments: the API takes char **
        report(n, '%s is mutable and not part of the state (object/state.h)' % found['name'])


def is_guarded(path):
    """Not a table or a template, which is text for one place of one file."""
    with open(os.path.join(ROOT, path), encoding='utf-8') as f:
        return re.search(r'^#ifndef KRAIT_', f.read(), re.M) is not None


def check_header(path, build):
    command = ['gcc', '-std=gnu11', '-fsyntax-only', '-Isrc', '-I' + build, '-D_GNU_SOURCE',
               '-Iinclude' if os.path.exists(os.path.join(ROOT, 'include/Python.h')) else '-I/usr/include/python3.11', '-x', 'c', '-']
    text = '#include <Python.h>\n#include "%s"\n' % path.removeprefix('src/')
    process = subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True)
    if process.returncode:
        first = [line for line in process.stderr.splitlines() if 'error' in line][:1]
        return 'does not compile by itself: ' + ''.join(first)
    return None


def check_map(report):
    with open(os.path.join(ROOT, 'ARCHITECTURE.md'), encoding='utf-8') as f:
        mapped = set(re.findall(r'^\| `src/(\w+)/`', f.read(), re.M))
    for folder in sorted(os.listdir(os.path.join(ROOT, 'src'))):
        if folder not in mapped:
            report('ARCHITECTURE.md', 1, 'src/%s is missing from the map' % folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--fast', action='store_true')
    parser.add_argument('--build', default='build')
    options = parser.parse_args()
    findings, paths, names = [], list(sources()), exported()

    def report(path, n, text):
        findings.append((path, n, text))

    check_map(report)
    for path in paths:
        with open(os.path.join(ROOT, path), encoding='utf-8') as f:
            text = f.read()
        here = lambda n, what, path=path: report(path, n, what)
        lines = text.split('\n')
        check_layout(path, lines, here)
        check_includes(path, lines, here)
        if not path.endswith('.def'):
            bare = strip(text).split('\n')
            check_functions(bare, here)
            check_state(path, bare, names, here)
    headers = [] if options.fast else [p for p in paths if p.endswith('.h') and is_guarded(p)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, trouble in zip(headers, pool.map(lambda p: check_header(p, options.build), headers)):
            if trouble:
                report(path, 1, trouble)
    for finding in findings:
        print('%s:%d: %s' % finding)
    bad = len({path for path, _, _ in findings})
    print('%d passed, %d failed, 0 skipped' % (len(paths) - bad, bad))
    return bad > 0


if __name__ == '__main__':
    sys.exit(main())
