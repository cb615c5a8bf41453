"""Run one program in this interpreter and print the best time of a run.

once.py NAME [BUDGET] [COUNT]: repeat for BUDGET seconds, or COUNT times without looking at the clock.
NAME is a program of programs/ or train/, or micro:FUNCTION.  Prints the time and what run returned.
"""
import os
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
name = sys.argv[1]
budget = float(sys.argv[2]) if len(sys.argv) > 2 else 0.1
count = int(sys.argv[3]) if len(sys.argv) > 3 else None
sys.setswitchinterval(0.005)
if name.startswith('micro:'):
    sys.path.insert(0, here)
    import micro
    function, size, wall = getattr(micro, name[6:]), micro.N, False
else:
    for folder in ('programs', 'train'):
        sys.path.insert(0, os.path.join(here, folder))
    module = __import__(name)
    function, size, wall = module.run, module.N, getattr(module, 'WALL', False)
if count is not None:
    for _ in range(count):
        result = function(size)
    print(0.0, repr(result))
    sys.exit()
# Processor time, so that other processes of the machine do not count; a program about waiting says WALL.
clock = time.perf_counter if wall else time.process_time
result = function(size)
best = None
end = clock() + budget
while True:
    start = clock()
    function(size)
    stop = clock()
    if best is None or stop - start < best:
        best = stop - start
    if stop > end:
        break
print(best, repr(result))
