"""Instructions of calls into an extension, Krait's beside the reference's.

    calls.py [--interp build/krait] [NAME...]

Each kind of call runs 1,000 and 11,000 times under callgrind; the difference, less an empty loop's, is ten
thousand calls.  Ratio is Krait / reference: the target is 1.05 at most.  The last line is their mean and the worst.
"""
import argparse
import math
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
REFERENCE = '/usr/bin/python3.11'
KINDS = {
    'loop': 'pass', 'noargs': 'c.noargs()', 'one': 'c.one(i)', 'fast': 'c.fast(i, i)', 'varargs': 'c.varargs(i, i, i)',
    'parsed': 'c.parsed(i, 1.5, "x")', 'keywords': 'c.keywords(i, b=i, c=1)', 'build': 'c.build(i)', 'format': 'c.format("y")',
    'callback': 'c.callback(f)', 'lists': 'c.lists(i)', 'dicts': 'c.dicts("key")', 'iterate': 'c.iterate(r)', 'attributes': 'c.attributes(t)',
    'new': 'T()', 'method': 't.method()', 'length': 'len(t)', 'item': 't[i]', 'member': 't.number', 'set': 't.number = i', 'getter': 't.got',
    'add': 't + t', 'call': 't(i)', 'subclass': 'S()', 'star': 'c.varargs(*r)', 'builtin': 'abs(i)', 'many': 'list(map(c.one, r))',
}
PROGRAM = '''import sys
sys.path.insert(0, %r)
import calls as c
class S(c.Thing): pass
T, t, r, f = c.Thing, c.Thing(), [1000, 2000, 3000], lambda x: x
def run(n, c=c, T=T, S=S, t=t, r=r, f=f):
    for i in range(1000, n + 1000):
        %s
run(%d)
'''


def count(interp, folder, text, n):
    env = {k: v for k, v in os.environ.items() if not k.startswith('PYTHON')} | {'PYTHONHASHSEED': '0', 'PYTHONDONTWRITEBYTECODE': '1'}
    done = subprocess.run(['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', interp, '-I', '-S', '-c', PROGRAM % (folder, text, n)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
    match = re.search(r'Collected : (\d+)', done.stderr)
    if not match:
        sys.exit(done.stderr[-800:])
    return int(match[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--interp', default='build/krait')
    parser.add_argument('names', nargs='*')
    options = parser.parse_args()
    names = options.names or [k for k in KINDS if k != 'loop']
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(['gcc', '-O2', '-shared', '-fPIC', '-w', '-I/usr/include/python3.11', os.path.join(HERE, 'calls.c'),
                        '-o', os.path.join(folder, 'calls.so')], check=True)
        cost = {}
        for interp in (os.path.abspath(options.interp), REFERENCE):
            for name in ['loop'] + names:
                cost[interp, name] = count(interp, folder, KINDS[name], 11000) - count(interp, folder, KINDS[name], 1000)
        ratios = []
        for name in names:
            ours, theirs = (cost[i, name] - cost[i, 'loop'] for i in (os.path.abspath(options.interp), REFERENCE))
            ratios.append(ours / theirs)
            print('%-12s %8.1f %8.1f   %.2f' % (name, ours / 10000, theirs / 10000, ratios[-1]), flush=True)
    worst = max(ratios)
    print('mean of %d: %.2f, worst %s %.2f' % (len(ratios), math.exp(sum(map(math.log, ratios)) / len(ratios)),
                                               names[ratios.index(worst)], worst))


if __name__ == '__main__':
    main()
