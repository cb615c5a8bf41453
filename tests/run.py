"""Run every tests/**/test_*.py under Krait and the reference and compare what they print.

    run.py [--interp build/krait] [--quick] [NAME...]

A test is a plain script: standard output and exit code must be equal, byte for byte.  Scripts whose
first line holds `# slow` are left out by --quick.  Builds that check run the same tests; what cannot hold in
one of them stands in tests/builds.py and is printed.  The last line counts passed, failed, skipped.
"""
import argparse
import concurrent.futures
import os
import subprocess
import sys

from builds import CANNOT

HERE = os.path.dirname(os.path.abspath(__file__))
REFERENCE = '/usr/bin/python3.11'
TIMEOUT = {'plain': 300, 'debug': 600, 'address': 900, 'thread': 900}


def run(interp, path, kind):
    env = dict(os.environ, PYTHONDONTWRITEBYTECODE='1', PYTHONHASHSEED='0', LANG='C.UTF-8')
    env['KRAIT_TESTS_OMIT'] = ' '.join(CANNOT[kind])
    env.pop('PYTHONPATH', None)
    try:
        p = subprocess.run([interp, path], stdin=subprocess.DEVNULL, capture_output=True, env=env,
                           cwd=os.path.dirname(path), timeout=TIMEOUT[kind])
        return p.returncode, p.stdout, p.stderr
    except subprocess.TimeoutExpired:
        return 'timeout', b'', b''


def compare(interp, path, kind):
    ours, theirs = run(interp, path, kind), run(REFERENCE, path, kind)
    if ours[:2] == theirs[:2]:
        return None
    lines = ['exit %s, reference %s' % (ours[0], theirs[0])]
    a, b = ours[1].splitlines(), theirs[1].splitlines()
    for i in range(max(len(a), len(b))):
        x, y = (s[i] if i < len(s) else b'<end>' for s in (a, b))
        if x != y:
            lines += ['line %d' % (i + 1), '  krait:     %r' % x[:200], '  reference: %r' % y[:200]]
            break
    lines += ['  ' + line for line in ours[2].decode('utf-8', 'replace').splitlines()[-4:]]
    return '\n'.join('    ' + line for line in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('names', nargs='*')
    parser.add_argument('--interp', default='build/krait')
    parser.add_argument('--quick', action='store_true')
    options = parser.parse_args()
    interp = os.path.abspath(options.interp)
    paths = []
    for folder, folders, files in os.walk(HERE):
        folders[:] = sorted(f for f in folders if f not in ('conformance', '__pycache__'))
        paths += [os.path.join(folder, f) for f in sorted(files)
                  if f.startswith('test_') and f.endswith('.py')]
    if options.names:
        paths = [p for p in paths if any(n in p for n in options.names)]
    skipped = 0
    if options.quick:
        quick = [p for p in paths if '# slow' not in open(p, encoding='utf-8').readline()]
        skipped, paths = len(paths) - len(quick), quick
    kind = subprocess.check_output([interp, os.path.join(HERE, 'builds.py')], text=True).strip()
    for package, reason in CANNOT[kind].items():
        print('left out of both reports (%s): %s, which %s' % (kind, package, reason))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, difference in zip(paths, pool.map(lambda p: compare(interp, p, kind), paths)):
            if difference:
                failed += 1
                print('FAIL %s\n%s' % (os.path.relpath(path, HERE), difference), flush=True)
    print('%d passed, %d failed, %d skipped' % (len(paths) - failed, failed, skipped))
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
