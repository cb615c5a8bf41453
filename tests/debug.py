"""The debug build: builds it, and runs in it what shows leaks and broken invariants.

    debug.py [--build build-debug]

- tests/object/test_leaks.py: loops over each feature leave no reference and no memory block, also
  when requests for memory fail;
- tests/embed/rounds.c: an interpreter started and ended again and again leaves the same each time;
- tools/stress.py: pieces of Python whose n-th allocation fails, and a collection at every second;
- the test files below, several times in one process (tools/refleak.py): nothing is left.
The last line counts passed, failed, skipped.
"""
import argparse
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
PYTHON = '/usr/bin/python3.11'
FILES = ['test_dict', 'test_list', 'test_generators', 'test_coroutines', 'test_descr', 'test_weakset',
         'test_imp', 'test_syntax', 'test_format', 'test_functools']


def output(command, timeout):
    try:
        p = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           stdin=subprocess.DEVNULL, timeout=timeout)
        return p.returncode, p.stdout.decode('utf-8', 'replace')
    except subprocess.TimeoutExpired as e:
        return 'timeout', (e.stdout or b'').decode('utf-8', 'replace')


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--build', default='build-debug')
    options = parser.parse_args()
    interp = os.path.join(options.build, 'krait')
    passed = failed = 0

    def judge(what, good, text):
        nonlocal passed, failed
        passed, failed = passed + good, failed + (not good)
        if not good:
            print('FAIL %s\n%s' % (what, text[-3000:]), flush=True)

    code, text = output(['make', '-s', '-j2', 'BUILD=' + options.build, 'O=1',
                         'EXTRA_CFLAGS=-DKRAIT_DEBUG', 'all', 'embed'], 1800)
    judge('building', code == 0, text)
    if code != 0:
        print('0 passed, 1 failed, 0 skipped')
        return 1
    code, text = output([interp, '-W', 'ignore', 'tests/object/test_leaks.py'], 900)
    lines = text.splitlines()
    for line in lines:
        judge(line, line.startswith('ok '), line)
    judge('loops over features', code == 0 and len(lines) > 20, text)
    code, text = output([interp, '-W', 'ignore', 'tests/object/test_leaks.py', '--no-memory'], 1800)
    lines = [line for line in text.splitlines() if line.startswith(('ok ', 'LEAK '))]
    for line in lines:
        judge('without memory: ' + line, line.startswith('ok '), line)
    judge('features without memory', code == 0 and len(lines) > 20, text)
    code, text = output([os.path.join(options.build, 'embed_rounds')], 300)
    judge('rounds of an embedded interpreter', code == 0 and text.count('round') == 6, text)
    code, text = output([PYTHON, 'tools/refleak.py', '--interp', interp, *FILES], 1800)
    for line in re.findall(r'^test_\w+ .*$', text, re.M):
        judge(line.split()[0], ' clean ' in line, line)
    for command in (['memory', '--step', '4', '--most', '120'], ['collect', '--every', '2', 'test_iter']):
        code, text = output([PYTHON, 'tools/stress.py', *command, '--interp', interp], 600)
        judge('stress ' + command[0], code == 0, text)
    print('%d passed, %d failed, 0 skipped' % (passed, failed))
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
