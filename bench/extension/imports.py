"""Time to import large compiled packages, Krait's beside the reference's.

    imports.py [--interp build/krait] [--rounds 15] [MODULE...]

Every round starts one process of each interpreter in turn, which measures the import statement alone and with the
start and end of the process: processor time (user and system), and the clock on the wall.  The figures are the best
of all rounds in milliseconds; ratio is Krait / reference, 1 at most is the target.  Exit code 1 if the processor
time of an import is above it.
"""
import argparse
import os
import resource
import subprocess
import sys

REFERENCE = '/usr/bin/python3.11'
MODULES = ['numpy', 'pandas']
PROGRAM = '''import time
wall, cpu = time.perf_counter(), time.process_time()
import %s
print(time.process_time() - cpu, time.perf_counter() - wall)
'''


def once(interp, module):
    """(processor time, wall time) of the import, processor time of the process."""
    env = {k: v for k, v in os.environ.items() if not k.startswith('PYTHON')} | {'OPENBLAS_NUM_THREADS': '1', 'PYTHONHASHSEED': '0'}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([interp, '-c', PROGRAM % module], stdout=subprocess.PIPE, env=env, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu, wall = map(float, done.stdout.split())
    return cpu, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--interp', default='build/krait')
    parser.add_argument('--rounds', type=int, default=15)
    parser.add_argument('modules', nargs='*')
    options = parser.parse_args()
    ours, late = os.path.abspath(options.interp), 0
    print('%-10s %-24s %9s %9s %6s' % ('module', 'milliseconds', 'krait', 'reference', 'ratio'))
    for module in options.modules or MODULES:
        rounds = {ours: [], REFERENCE: []}
        for i in range(options.rounds + 1):
            for interp in (ours, REFERENCE) if i % 2 else (REFERENCE, ours):
                figures = once(interp, module)
                if i:               # the first round reads the files into memory
                    rounds[interp].append(figures)
        for n, what in enumerate(('processor, import', 'wall, import', 'processor, process')):
            a, b = (min(f[n] for f in rounds[interp]) * 1000 for interp in (ours, REFERENCE))
            print('%-10s %-24s %9.1f %9.1f %6.2f' % (module, what, a, b, a / b), flush=True)
            late += n == 0 and a > b
    return late > 0


if __name__ == '__main__':
    sys.exit(main())
