"""What the command line makes of options, files, folders and modules: status, output and errors."""
import os
import re
import subprocess
import sys
import tempfile

SHOW = 'import sys\nprint(sys.argv, __file__, sys.path[0], __name__, __package__)\n'
COMMANDS = '''.|./|./.|./x.py|.//x.py|../a|../a/x.py|..||nope|nope/x.py|/|-m x|-m x a -c|-m pk|-m pk.__main__|-m pk.nope|-m .|-m ..|-mnope|-m|-c|-X
-W|--check-hash-based-pycs|--check-hash-based-pycs bad|--check-hash-based-pycs always x.py|--nope|-Z|-x x.py|-b -c str(b"")|-bb -c str(b"")|-W bad -c 1
-W error::Nope -c 1|-W error:::x:y -c 1|-X utf8=2 -c 1|-X int_max_str_digits=5 -c 1|-X tracemalloc=x -c 1|-X frozen_modules=maybe -c 1
-X a=b -X c -c print(__import__("sys")._xoptions)|-O -c print(__debug__)|-OO x.py|-P x.py|-I x.py|-sE x.py|-c x=(|bad.py|tab.py|error.py|-I error.py
-X no_debug_ranges error.py|-c raise\tSystemExit("bye")|-c raise\tSystemExit(3)|-c raise\tKeyboardInterrupt|- a b|pk a|-'''
ENVIRONMENTS = ({'PYTHONHASHSEED': 'x'}, {'PYTHONHASHSEED': '4294967296'}, {'PYTHONUTF8': '2'}, {'PYTHONIOENCODING': 'ascii:nope'},
                {'PYTHONMALLOC': 'nope'}, {'PYTHONWARNINGS': 'error,ignore::nope'}, {'PYTHONINTMAXSTRDIGITS': '5'}, {'PYTHONTRACEMALLOC': 'x'},
                {'PYTHONPATH': '/a:.::/b'}, {'PYTHONSAFEPATH': '1'}, {'PYTHONOPTIMIZE': 'x'}, {'PYTHONBREAKPOINT': 'nope.x'})


def run(arguments, **environ):
    env = dict({k: v for k, v in os.environ.items() if not k.startswith('PYTHON')}, PYTHONDONTWRITEBYTECODE='1', **environ)
    done = subprocess.run([sys.executable, *arguments], stdin=subprocess.DEVNULL, capture_output=True, env=env, cwd=os.path.join(folder, 'a'))
    texts = [re.sub('0x[0-9a-f]+', '0x', t.decode('utf-8', 'replace')) for t in (done.stdout, done.stderr)]
    texts = [t.replace(sys.executable, '<python>').replace(folder, '<folder>') for t in texts]
    print(arguments, environ, done.returncode, *map(ascii, texts))


with tempfile.TemporaryDirectory() as folder:
    folder = os.path.realpath(folder)
    os.makedirs(os.path.join(folder, 'a', 'pk'))
    for name, text in (('x.py', SHOW), ('__main__.py', SHOW), ('pk/__init__.py', ''), ('pk/__main__.py', SHOW), ('bad.py', 'x = (\n'),
                       ('tab.py', 'if 1:\n        x\n\ty\n'), ('error.py', 'def f(x):\n    return x.a + 1\nf(2)\n')):
        with open(os.path.join(folder, 'a', name), 'w') as f:
            f.write(text)
    for command in re.split('[|\n]', COMMANDS):
        run([a.replace('\t', ' ') for a in command.split(' ')])
    for environ in ENVIRONMENTS:
        run(['-c', 'import sys; print(sys.flags, sys.path[:4]); breakpoint()'], **environ)
