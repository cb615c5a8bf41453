"""Run real programs under Krait and the reference and compare every byte they write.

    demo.py [--interp build/krait] [NAME...]

Each program is a command line; {py} is the interpreter, {other} the one beside it, {out} a folder of its own.
Compared are exit code, standard output and every file below {out}.
"""
import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time

REFERENCE = '/usr/bin/python3.11'
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
LIB = '/usr/lib/python3.11'

MAKE_JSON = ("import json, random; random.seed(7); print(json.dumps([{'id': i, 'name': 'n%d' % i, "
             "'x': [random.random() for _ in range(8)], 'text': chr(0xe9) * (i % 9)} for i in range(110000)]))")

# files of the test suite that are no Python make compileall fail, alike
COPY_LIB = 'cp -rp %s {out}/lib && find {out}/lib -name "*.pyc" -delete && ' % LIB

PROGRAMS = [
    ('hello', '{py} -c "print(\'hello, world\')"'),
    ('json.tool on 20 MB', '{py} -c "%s" > {out}/in.json && {py} -m json.tool {out}/in.json {out}/out.json' %
     MAKE_JSON.replace('"', '\\"')),
    ('pygments: 100 files to HTML',
     'for f in $(ls -S %s/*.py | head -100); do echo $f; done > {out}/list; '
     '{py} %s/tools/highlight.py {out} $(cat {out}/list)' % (LIB, ROOT)),
    ('docutils: reStructuredText to HTML', '{py} %s/tools/render.py {out} /usr/share/doc' % ROOT),
    ('compileall of the standard library', COPY_LIB + '{py} -m compileall -q {out}/lib; echo $?; '
     '{reference} %s/tools/pyc_digest.py {out}/lib; rm -r {out}/lib' % ROOT),
    ('each runs from the .pyc of the other', COPY_LIB + '{other} -m compileall -q {out}/lib; '
     'PYTHONPATH={out}/lib {py} %s/tools/import_all.py {out}/lib; rm -r {out}/lib' % ROOT),
    ('tarfile', 'cp -p %s/a*.py {out} && cd {out} && {py} -m tarfile -c x.tar a*.py && {py} -m tarfile -l x.tar' % LIB),
    ('zipfile', 'cp -p %s/b*.py {out} && cd {out} && {py} -m zipfile -c x.zip b*.py && {py} -m zipfile -l x.zip' % LIB),
    ('gzip', 'cp %s/typing.py {out} && cd {out} && {py} -m gzip typing.py && {py} -m gzip -d typing.py.gz && '
     'cat typing.py && rm typing.py.gz' % LIB),
    ('base64', '{py} -m base64 -e %s/typing.py' % LIB),
    ('dis', '{py} -m dis %s/argparse.py | sed "s/0x[0-9a-f]*/0x/"' % LIB),
    ('ast', '{py} -m ast -a %s/enum.py' % LIB),
    ('tokenize', '{py} -m tokenize %s/decimal.py' % LIB),
    ('pydoc', '{py} -m pydoc textwrap.dedent'),
    ('timeit', '{py} -m timeit -n 1 -r 1 pass > /dev/null'),
    ('unittest', '{py} -m unittest -q test.test_textwrap 2>&1 | tail -1'),
    ('csv', '{py} %s/tools/tables.py {out}' % ROOT),
    ('calendar', '{py} -m calendar 2024'),
    ('inspect', '{py} -m inspect --details json 2>&1 | head -3'),
    ('http.server', '{py} %s/tools/serve.py' % ROOT),
]
EXAMPLES = sorted(f for f in os.listdir(os.path.join(ROOT, 'examples')) if f.endswith('.py'))
PROGRAMS += [('examples/' + f, '{py} %s/examples/%s' % (ROOT, f)) for f in EXAMPLES]

# Programs that other people wrote: name, the Debian package that it is in, command.  One whose package is not
# installed is skipped.
DATA = os.path.join(ROOT, 'tests', 'programs')
APPLICATIONS = [
    # One file a run: of several, the order of the output is that in which black's processes end.
    ('black', 'black', 'for f in textwrap.py json/decoder.py asyncio/locks.py; do {py} -m black -q --diff %s/$f; done | '
     'sed "s/^+++ .*//"' % LIB),
    ('pylint', 'pylint', 'PYLINTHOME={out}/home {py} -m pylint %s/textwrap.py %s/queue.py; rm -r {out}/home'
     % (LIB, LIB)),
    ('pycodestyle', 'pycodestyle', '{py} -m pycodestyle %s/[a-c]*.py' % LIB),
    ('pyflakes', 'python3-pyflakes', '{py} -m pyflakes %s/[a-d]*.py' % LIB),
    ('2to3', 'libpython3.11-stdlib', '{py} -m lib2to3 -f all %s/textwrap.py %s/queue.py %s/csv.py 2>&1'
     % (LIB, LIB, LIB)),
    ('sphinx', 'python3-sphinx', '{py} -m sphinx -q -E -b html -d {out}/../doctrees %s/sphinx {out}' % DATA),
    ('ansible', 'ansible-core', '{py} /usr/bin/ansible --version | grep -v "python version\\|executable"'),
    ('ansible-playbook', 'ansible-core', 'ANSIBLE_NOCOWS=1 ANSIBLE_LOCAL_TEMP={out}/t {py} /usr/bin/ansible-playbook '
     '-i localhost, -c local -e ansible_python_interpreter={py} -e out={out} %s/play.yml; rm -rf {out}/t' % DATA),
    ('yt-dlp', 'yt-dlp', '{py} -m yt_dlp --help'),
    ('mako', 'python3-mako', '{py} /usr/bin/mako-render --var title=hello %s/page.mako' % DATA),
    ('jinja2', 'python3-jinja2', '{py} %s/templates.py' % DATA),
    ('markdown', 'python3-markdown', 'for f in $(find /usr/share/doc /usr/lib/python3/dist-packages -name "*.md" -size -60k | '
     'sort | head -9); do {py} -m markdown -x extra -x toc $f; done'),
    ('bottle', 'python3-bottle', '{py} %s/site_bottle.py' % DATA),
    ('sqlparse', 'python3-sqlparse', '{py} -m sqlparse --reindent -k upper %s/queries.sql' % DATA),
]


def is_installed(package):
    p = subprocess.run(['dpkg-query', '-W', '-f=${Status}', package], capture_output=True)
    return p.stdout.endswith(b' installed')


def digest(folder):
    found = {}
    for base, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(base, name)
            with open(path, 'rb') as f:
                found[os.path.relpath(path, folder)] = hashlib.sha256(f.read()).hexdigest()
    return found


def run(interp, other, command, folder):
    out = os.path.join(folder, 'out')
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    # a module in the output folder would be compiled there: .pyc files are a program of their own
    env = dict(os.environ, LANG='C.UTF-8', PYTHONHASHSEED='0', SOURCE_DATE_EPOCH='0', COLUMNS='80',
               PYTHONDONTWRITEBYTECODE='1')
    for name, value in ('py', interp), ('other', other), ('reference', REFERENCE), ('out', out):
        command = command.replace('{%s}' % name, value)
    start = time.monotonic()
    p = subprocess.run(['sh', '-c', command], env=env, cwd=folder,
                       stdin=subprocess.DEVNULL, capture_output=True, timeout=600)
    return (p.returncode, p.stdout, digest(out)), p.stderr, time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('names', nargs='*')
    parser.add_argument('--interp', default='build/krait')
    options = parser.parse_args()
    interp = os.path.abspath(options.interp)
    failed = passed = skipped = 0
    folder = tempfile.mkdtemp(prefix='krait-demo-')
    # the same path for both: some programs print where they ran from
    link, other = os.path.join(folder, 'python'), os.path.join(folder, 'other')
    for title, package, command in [(t, None, c) for t, c in PROGRAMS] + APPLICATIONS:
        if options.names and not any(n in title for n in options.names):
            continue
        if package is not None and not is_installed(package):
            skipped += 1
            continue
        results = []
        for pair in (interp, REFERENCE), (REFERENCE, interp):
            for path, target in zip((link, other), pair):
                if os.path.lexists(path):
                    os.unlink(path)
                os.symlink(target, path)
            try:
                results.append(run(link, other, command, folder))
            except subprocess.TimeoutExpired:
                results.append((('timeout', b'', {}), b'', 600.0))
        (ours, err, t), (theirs, _, rt) = results
        same = ours == theirs
        passed += same
        failed += not same
        print('%-44s %-9s %6.2fs  reference %6.2fs' % (title, 'same' if same else 'DIFFERENT', t, rt),
              flush=True)
        if not same:
            what = ('exit code %s, reference %s' % (ours[0], theirs[0]) if ours[0] != theirs[0] else
                    'standard output' if ours[1] != theirs[1] else
                    'files: ' + ' '.join(sorted(k for k in set(ours[2]) | set(theirs[2])
                                                if ours[2].get(k) != theirs[2].get(k))[:4]))
            print('    differs in ' + what)
            for line in err.decode('utf-8', 'replace').splitlines()[-3:]:
                print('    ' + line[:160])
    shutil.rmtree(folder, ignore_errors=True)
    print('%d passed, %d failed, %d skipped' % (passed, failed, skipped))
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
