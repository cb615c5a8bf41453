"""line_profiler counts lines; kernprof does so for a whole program."""
import os
import subprocess
import sys
import tempfile

import line_profiler


def primes(limit):
    found = []
    for n in range(2, limit):
        if all(n % p for p in found):
            found.append(n)
    return found


profiler = line_profiler.LineProfiler(primes)
print(profiler.runcall(primes, 30))
for (_, first, name), lines in profiler.get_stats().timings.items():
    print(name, [(line - first, hits) for line, hits, _ in lines])
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'program.py')
    with open(path, 'w') as f:
        f.write('@profile\ndef f():\n    for i in range(7):\n        i * i\nf()\n')
    done = subprocess.run([sys.executable, '-m', 'kernprof', '-l', '-v', '-o', os.path.join(folder, 'out.lprof'), path],
                          capture_output=True, text=True, cwd=folder)
    print(done.returncode, [line.split()[:2] for line in done.stdout.splitlines() if line.strip().endswith(('range(7):', 'i * i'))])
