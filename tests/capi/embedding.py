"""Not part of `make test` yet: run it with both interpreters and compare; Krait's side needs `make lib`.

Python inside another program: configuration, running code, sub-interpreters, threads, hooks, starting twice."""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, '../..'))
KRAIT = sys.version.find('Krait') >= 0
CONFIG = os.path.join(ROOT, 'tools/krait-config') if KRAIT else '/usr/bin/python3.11-config'
TESTS = ('simple', 'again', 'config', 'config_errors', 'run', 'subinterpreters', 'threads', 'hooks', 'frozen', 'main')


def flags(*options):
    return subprocess.run([CONFIG, *options], stdout=subprocess.PIPE, check=True).stdout.decode().split()


with tempfile.TemporaryDirectory() as folder:
    program = os.path.join(folder, 'embed')
    subprocess.run(['gcc', '-Wall', '-Werror', '-Wno-stringop-truncation', '-pthread', *flags('--cflags'), os.path.join(HERE, 'embed.c'), '-o', program,
                    *flags('--ldflags', '--embed')], check=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith('PYTHON')}
    for name in TESTS:
        done = subprocess.run([program, name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder,
                              env=environment, timeout=60)
        print('==', name, 'exit', done.returncode)
        print(done.stdout.decode().replace(folder, '<folder>'))
        print(done.stderr.decode().replace(folder, '<folder>'))
