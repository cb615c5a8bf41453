# slow
"""Python inside another program: configuration, running code, sub-interpreters, threads, hooks, starting twice.

Krait's library serves three times: to a program built with its own headers, in place of libpython3.11 for one built
with Debian's, and preloaded before that library.  `make lib` makes it; without it there is nothing to compare."""
import concurrent.futures
import os
import subprocess
import sys
import tempfile

import embed_config

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, '../..'))
KRAIT = sys.version.find('Krait') >= 0
LIBRARY = os.path.join(ROOT, 'build/libkrait.so')
TESTS = ('simple', 'again', 'config', 'config_errors', 'run', 'subinterpreters', 'threads', 'hooks', 'frozen', 'main')


def build(config, source, folder):
    def flags(*options):
        return subprocess.run([config, *options], stdout=subprocess.PIPE, check=True).stdout.decode().split()
    program = os.path.join(folder, os.path.basename(source)[:-2])
    subprocess.run(['gcc', '-Wall', '-Werror', '-Wno-stringop-truncation', '-Wno-deprecated-declarations', '-pthread',
                    *flags('--cflags'), os.path.join(HERE, source), '-o', program, *flags('--ldflags', '--embed')],
                   check=True)
    return program


def run(program, folder, environment, words):
    done = subprocess.run([program, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          cwd=folder, env=environment, timeout=120)
    return 'exit %d\n%s\n%s' % (done.returncode, done.stdout.decode(errors='replace'), done.stderr.decode(errors='replace'))


def run_all(config, folder, extra, step=1):
    """The outputs of every test and, of the scenarios, each `step`-th one."""
    tests, scenes = (build(config, source, folder) for source in ('embed.c', 'embed_config.c'))
    inside = os.path.join(folder, 'inside')
    os.makedirs(inside, exist_ok=True)
    environment = embed_config.environment() | extra
    jobs = [(name, tests, environment, [name]) for name in TESTS]
    jobs += [(line, scenes, environment | variables, words)
             for line, variables, words in list(embed_config.scenarios(inside))[::step]]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        outputs = pool.map(lambda job: run(job[1], inside, *job[2:]).replace(folder, '<folder>'), jobs)
        return [(job[0].replace(folder, '<folder>'), output) for job, output in zip(jobs, outputs)]


def compare(way, wanted, outputs):
    wanted = dict(wanted)
    for name, other in outputs:
        output = wanted[name]
        if output != other:
            print('==', way, name)
            lines = zip(output.splitlines() + ['<end>'], other.splitlines() + ['<end>'])
            print(*next((pair for pair in lines if pair[0] != pair[1]), ()), sep='\n')


if os.path.exists(LIBRARY):
    with tempfile.TemporaryDirectory() as folder:
        debian = '/usr/bin/python3.11-config'
        outputs = run_all(os.path.join(ROOT, 'tools/krait-config') if KRAIT else debian, folder, {})
        for name, output in outputs:
            print('==', name)
            print(output)
        if KRAIT:
            place = os.path.join(folder, 'in place')
            os.mkdir(place)
            os.symlink(LIBRARY, os.path.join(place, 'libpython3.11.so.1.0'))
            compare('in place of libpython', outputs, run_all(debian, folder, {'LD_LIBRARY_PATH': place}, 8))
            compare('preloaded', outputs, run_all(debian, folder, {'LD_PRELOAD': LIBRARY}, 8))
