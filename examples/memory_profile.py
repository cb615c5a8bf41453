"""memory_profiler: the memory of a function over its lines and over time."""
import io
import re
import time

import memory_profiler


def build():
    small = [0] * 10
    large = [bytes(1000) for _ in range(40_000)]
    time.sleep(0.1)                 # longer than the time between two looks
    del large
    return len(small)


out = io.StringIO()
print(memory_profiler.profile(build, stream=out)())
for line in out.getvalue().splitlines():
    if re.match(r'\s+\d+\s+\d', line):
        print(line.split('  ')[-1].strip())
usage = memory_profiler.memory_usage((build, (), {}), interval=0.01, retval=True)
print(usage[1], len(usage[0]) > 1, max(usage[0]) - min(usage[0]) > 10)
print(memory_profiler.memory_usage(-1, timeout=0.1, interval=0.05)[0] > 1)
