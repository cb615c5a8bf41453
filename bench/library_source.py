"""Time to compile the standard library's source, Krait's beside the reference's.

    library_source.py [--interp build/krait] [--rounds 3]

Every round starts one process of each interpreter in turn, which parses and compiles every .py file of
/usr/lib/python3.11 but the folder test once: processor time, the files read beforehand.  The figures are the best of
all rounds in seconds; ratio is reference / Krait, 2.5 at least is the target.
"""
import argparse
import os
import subprocess

REFERENCE = '/usr/bin/python3.11'
PROGRAM = '''import os, time
sources = []
for base, folders, names in os.walk('/usr/lib/python3.11'):
    folders[:] = sorted(set(folders) - {'test', 'tests', '__pycache__', 'dist-packages'})
    for name in sorted(names):
        if name.endswith('.py'):
            with open(os.path.join(base, name), 'rb') as f:
                sources.append((f.read(), name))
start, done = time.process_time(), 0
for source, name in sources:
    try:
        compile(source, name, 'exec', dont_inherit=True)
    except SyntaxError:
        continue
    done += len(source)
print(time.process_time() - start, done)
'''


def once(interp):
    """(seconds, bytes compiled)."""
    env = {k: v for k, v in os.environ.items() if not k.startswith('PYTHON')} | {'PYTHONHASHSEED': '0'}
    done = subprocess.run([interp, '-W', 'ignore', '-c', PROGRAM], stdout=subprocess.PIPE, env=env, check=True)
    seconds, size = done.stdout.split()
    return float(seconds), int(size)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--interp', default='build/krait')
    parser.add_argument('--rounds', type=int, default=3)
    options = parser.parse_args()
    runs = {os.path.abspath(options.interp): [], REFERENCE: []}
    for _ in range(options.rounds):
        for interp in runs:
            runs[interp].append(once(interp))
    (ours, size), (theirs, same) = (min(found) for found in runs.values())
    assert size == same, 'not the same files compile'
    print('%.1f MB: krait %.3f s, reference %.3f s, %.2fx' % (size / 1e6, ours, theirs, theirs / ours))


if __name__ == '__main__':
    main()
