"""What `make test` runs, part by part; the last line is `N passed, N failed, N skipped`."""
import argparse
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
PYTHON = '/usr/bin/python3.11'
COUNT = re.compile(r'^(\d+) passed, (\d+) failed, (\d+) skipped$', re.M)
# of so many compared so many differ
DIFFER = re.compile(r'^(\d+) (?:names compared|compilations), (\d+) differ', re.M)
LEDGER = re.compile(r'^conformance: (\d+) as the ledger says, (\d+) newly failing, '
                    r'(\d+) unexpected passes$', re.M)
# a line that says what failed; the lines below it that are set in say how
FAILED = re.compile(r'^(?:FAIL|NEWLY FAILING|UNEXPECTED PASS) .*(?:\n +.*){0,6}|'
                    r'^.* DIFFERENT .*(?:\n +.*){0,6}|^.* -O\d: \d+ differences$|^.*  WORSE$', re.M)


def digest(title, output):
    """The failures of a part once more, short: the end of a log is what is read first."""
    found = [match[0] for match in FAILED.finditer(output)] or output.splitlines()[-6:]
    lines = ['== failed: ' + title]
    for text in found[:8]:
        lines += [line[:200] for line in text.splitlines()]
    if len(found) > 8:
        lines.append('and %d more' % (len(found) - 8))
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--interp', default='build/krait')
    options = parser.parse_args()
    parts = [
        ('real programs', [PYTHON, 'tools/demo.py', '--interp', options.interp]),
        ('names against the reference', [PYTHON, 'tools/parity_names.py', '--interp', options.interp]),
        ('bytecode against the reference', [PYTHON, 'tools/parity_bytecode.py', '--interp', options.interp]),
        ('the sources against the design', [PYTHON, 'tools/lint.py']),
        ('comparison with the reference', [PYTHON, 'tests/run.py', '--interp', options.interp]),
        ('mutated input under AddressSanitizer', [PYTHON, 'tests/fuzz/fuzz.py', 'parse', 'marshal']),
        ('instructions against bench/counts.txt',
         [PYTHON, 'tools/bench.py', '--interp', options.interp, '--count', 'bench/counts.txt']),
        ('the binary interface', [PYTHON, 'tools/abi.py', '--interp', options.interp]),
        ('the debug build', [PYTHON, 'tests/debug.py']),
        ('CPython\'s own suite against the ledger',
         [PYTHON, 'tools/conformance.py', '--interp', options.interp, '--tier', 'AB', '--fast', '--quiet']),
    ]
    totals, failures = [0, 0, 0], []
    for title, command in parts:
        print('== ' + title, flush=True)
        process = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output = process.stdout.decode('utf-8', 'replace')
        print(output, end='', flush=True)
        match = COUNT.search(output)
        ledger = LEDGER.search(output)
        differ = DIFFER.search(output)
        if match:
            counts = [int(n) for n in match.groups()]
        elif differ:
            counts = [int(differ[1]) - int(differ[2]), int(differ[2]), 0]
        elif ledger:
            counts = [int(ledger[1]), int(ledger[2]) + int(ledger[3]), 0]
        else:
            counts = [0, 1, 0]
        if process.returncode and not counts[1]:
            counts[1] = 1
        if counts[1]:
            failures += digest(title, output)
        totals = [a + b for a, b in zip(totals, counts)]
    print('\n'.join(failures + ['%d passed, %d failed, %d skipped' % tuple(totals)]))
    return totals[1] > 0


if __name__ == '__main__':
    sys.exit(main())
