#!/usr/bin/env python3
"""Compare Krait with the reference on the programs of bench/.

    bench.py [--interp build/krait] [--rounds 5] [--micro | --all] [--start] [--table FILE.md]
             [--chart FILE.svg] [--count [FILE]] [--count-update] [--jobs N] [NAME...]

Every round starts one process of each interpreter in turn, which reports the best of its runs
(processor time; wall time of programs about waiting, which say WALL); the figure of a program is
the median over the rounds.  Ratio is reference time / Krait time: above 1
Krait is faster.  --start measures process starts instead.  --count prints the instructions of a
warm run (valgrind's count, which does not depend on what else the machine does) and, given a FILE
with committed figures, fails if one grew by over 3%; --count-update writes the file.
Results of a program must be equal in both, else it is reported.
"""
import argparse
import concurrent.futures
import math
import os
import re
import statistics
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
REFERENCE = '/usr/bin/python3.11'
BENCH = os.path.join(ROOT, 'bench')
STARTS = {
    'start: -c pass': ['-c', 'pass'],
    'start: -I -S -c pass': ['-I', '-S', '-c', 'pass'],
    'start: import json re argparse asyncio': ['-c', 'import json, re, argparse, asyncio'],
}


def environment():
    env = {k: v for k, v in os.environ.items() if not k.startswith('PYTHON')}
    env.update(PYTHONHASHSEED='0', PYTHONDONTWRITEBYTECODE='1', LANG='C.UTF-8')
    return env


ENV = environment()


def programs():
    return sorted(f[:-3] for f in os.listdir(os.path.join(BENCH, 'programs')) if f.endswith('.py'))


def micros():
    text = open(os.path.join(BENCH, 'micro.py'), encoding='utf-8').read()
    return ['micro:' + name for name in re.findall(r'^def (\w+)\(n\):', text, re.M)]


def run_once(interp, name, budget):
    """Return (seconds, what the program returned) or (None, message)."""
    try:
        p = subprocess.run([interp, os.path.join(BENCH, 'once.py'), name, str(budget)], env=ENV,
                           capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        return None, 'timeout'
    if p.returncode:
        return None, (p.stderr.strip().splitlines() or ['exit %d' % p.returncode])[-1]
    seconds, _, result = p.stdout.partition(' ')
    return float(seconds), result


def start_once(interp, arguments, repeat=10):
    best = None
    for _ in range(repeat):
        # Processor time, user and system: other processes of the machine do not count.
        child = subprocess.Popen([interp, *arguments], env=ENV, stdin=subprocess.DEVNULL)
        _, failed, usage = os.wait4(child.pid, 0)
        child.returncode = failed
        if failed:
            return None, 'failed'
        seconds = usage.ru_utime + usage.ru_stime
        best = seconds if best is None else min(best, seconds)
    return best, ''


def measure(interp, names, rounds, budget):
    """Yield (name, reference seconds, Krait seconds, remark)."""
    for name in names:
        ours, theirs, remark = [], [], ''
        for _ in range(rounds):
            pair = []
            for which in (interp, REFERENCE):
                if name in STARTS:
                    pair.append(start_once(which, STARTS[name]))
                else:
                    pair.append(run_once(which, name, budget))
            if pair[0][0] is None or pair[1][0] is None:
                remark = pair[0][1] if pair[0][0] is None else 'reference: ' + pair[1][1]
                break
            if pair[0][1] != pair[1][1]:
                remark = 'results differ'
            ours.append(pair[0][0])
            theirs.append(pair[1][0])
        if ours:
            yield name, statistics.median(theirs), statistics.median(ours), remark
        else:
            yield name, None, None, remark


def mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else float('nan')


def write_table(path, rows):
    with open(path, 'w', encoding='utf-8') as f:
        f.write('| program | reference ms | Krait ms | speed |\n|---|---:|---:|---:|\n')
        for name, theirs, ours, remark in rows:
            if ours is None:
                f.write(f'| {name} | | | {remark} |\n')
            else:
                f.write(f'| {name} | {theirs * 1e3:.2f} | {ours * 1e3:.2f} | {theirs / ours:.2f} |\n')
        ratios = [theirs / ours for _, theirs, ours, _ in rows if ours]
        f.write(f'| **geometric mean of {len(ratios)}** | | | **{mean(ratios):.3f}** |\n')


def write_chart(path, rows):
    """Horizontal bars of speed, the reference at the line marked 1."""
    rows = sorted((theirs / ours, name) for name, theirs, ours, _ in rows if ours)
    height, unit, left = 16, 200, 260
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + 3 * unit + 60}" '
           f'height="{height * (len(rows) + 2)}" font-family="sans-serif" font-size="11">']
    for i, (ratio, name) in enumerate(rows):
        y = height * (i + 1)
        colour = '#3a7d44' if ratio >= 1 else '#b5473c'
        width = min(ratio, 3) * unit
        out.append(f'<text x="{left - 6}" y="{y + 11}" text-anchor="end">{name}</text>'
                   f'<rect x="{left}" y="{y + 2}" width="{width:.1f}" height="{height - 4}" '
                   f'fill="{colour}"/><text x="{left + width + 4:.1f}" y="{y + 11}">{ratio:.2f}</text>')
    out.append(f'<line x1="{left + unit}" x2="{left + unit}" y1="8" y2="{height * (len(rows) + 1)}" '
               'stroke="#222"/></svg>')
    with open(path, 'w', encoding='utf-8') as f:
        f.write('\n'.join(out) + '\n')


def count_instructions(interp, name, runs):
    """Instructions of a process that calls run `runs` times."""
    command = [interp, os.path.join(BENCH, 'once.py'), name, '0', str(runs)]
    p = subprocess.run(['valgrind', '--tool=cachegrind', '--cache-sim=no', '--cachegrind-out-file=/dev/null', *command],
                       env=ENV, capture_output=True, text=True)
    found = re.search(r'I +refs: +([\d,]+)', p.stderr)
    if p.returncode or not found:
        raise RuntimeError(f'{name}: {p.stderr.strip()[-300:]}')
    return int(found[1].replace(',', ''))


def count_warm(interp, name):
    """The cost of one warm run: the difference between processes of two runs and of one."""
    return count_instructions(interp, name, 2) - count_instructions(interp, name, 1)


def is_countable(name):
    """Threads take turns by the clock: what they execute is never the same twice."""
    if name.startswith('micro:'):
        return True
    with open(os.path.join(BENCH, 'programs', name + '.py'), encoding='utf-8') as f:
        return not re.search(r'^(import|from) .*\b(threading|concurrent)\b|^WALL', f.read(), re.M)


def count(interp, names, path, update, jobs):
    """Compare instructions with the committed ones; does a program need over 3% more?"""
    known = {}
    if path and os.path.exists(path):
        with open(path, encoding='ascii') as f:
            known = {name: int(n) for name, n in (line.split() for line in f)}
    if names is None:
        names = sorted(known)
    names = [n for n in names if is_countable(n)]
    worse, now = 0, {}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for name, n in zip(names, pool.map(lambda name: count_warm(interp, name), names)):
            now[name] = n
            change = n / known[name] - 1 if known.get(name) else 0.0
            mark = '  WORSE' if change > 0.03 and not update else ''
            worse += bool(mark)
            print(f'{name:34} {n:14,} {change:+7.1%}{mark}', flush=True)
    if update:
        known.update(now)
        with open(path, 'w', encoding='ascii') as f:
            f.writelines(f'{name} {n}\n' for name, n in sorted(known.items()))
    print(f'{len(now) - worse} passed, {worse} failed, 0 skipped')
    return worse > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('names', nargs='*')
    parser.add_argument('--interp', default='build/krait')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--budget', type=float, default=0.1)
    parser.add_argument('--micro', action='store_true', help='single operations only')
    parser.add_argument('--all', action='store_true', help='programs, single operations, starts')
    parser.add_argument('--start', action='store_true', help='process starts only')
    parser.add_argument('--table')
    parser.add_argument('--chart')
    parser.add_argument('--count', nargs='?', const='', default=None)
    parser.add_argument('--count-update', action='store_true')
    parser.add_argument('--jobs', type=int, default=os.cpu_count(), help='processes at a time, for --count')
    options = parser.parse_args()
    interp = os.path.abspath(options.interp)
    everything = programs() + micros() + list(STARTS)
    if options.names:
        names = [n for n in everything
                 if n in options.names or n.partition(':')[2].strip() in options.names]
    elif options.micro:
        names = micros()
    elif options.start:
        names = list(STARTS)
    elif options.all:
        names = everything
    else:
        names = programs()
    if options.count is not None:
        if not (options.names or options.micro or options.all or options.count_update):
            names = None        # those that are committed
        else:
            names = [n for n in names if n not in STARTS]
        return count(interp, names, options.count, options.count_update, options.jobs)
    rows = []
    for row in measure(interp, names, options.rounds, options.budget):
        name, theirs, ours, remark = row
        rows.append(row)
        if ours is None:
            print(f'{name:40} {remark}', flush=True)
        else:
            print(f'{name:40} {theirs * 1e3:9.3f} ms {ours * 1e3:9.3f} ms  {theirs / ours:6.2f}x '
                  f'{remark}', flush=True)
    ratios = [theirs / ours for _, theirs, ours, _ in rows if ours]
    if ratios:
        print(f'{len(ratios)} programs, geometric mean {mean(ratios):.3f}x, '
              f'{sum(r < 1 for r in ratios)} below 1x')
    if options.table:
        write_table(options.table, rows)
    if options.chart:
        write_chart(options.chart, rows)
    return 0


if __name__ == '__main__':
    sys.exit(main())
