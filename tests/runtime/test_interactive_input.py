"""What an interactive session makes of input that ends in the middle, cannot be decoded, or is also read by the program; and
what the environment and -X importtime show at a start."""
import os
import re
import subprocess
import sys
import tempfile

SHOW = b'import sys\nv = sys.last_value\nprint(v.args, v.__context__, v.__cause__)\n'
INPUTS = (
    b'\xff\n' + SHOW, b'if 1:\n  \xff\n' + SHOW, b'x="""\n\n\xff"""\n' + SHOW, b'1\n2\n(1,\n\xff\xfe)\n' + SHOW, b'@\n', b'x="abc',
    b'(1,', b'if 1:\n  2', b'1;', b'x=1\nx', '\u00e9'.encode(), 'if 1:\n  \u00e9=2\n  print(\u00e9)'.encode(), b'def f():\n  return 1',
    b'1\\\n', b'1+\\\n2', b'"""abc', b'for x in 1,:\n', b'a b', b'x = (', b'$', b'f"{', b"'a\n", b'exit(5)', b'raise SystemExit("x")',
    b'print(__name__)', b'class A:\n\n  x=1\n\nprint(A)', b'input()\nhello\n', b'import sys;print(sys.stdin.readline())\nrest\n',
    b'[1,2\n3\n]\n', b'a b """abc\n1\n"""\n', b'if 1: 2', b'if 1: 2;', b'if 1: 2\nelse: 3', b'def f():\n  return 1\nf()', b'1=2', b'**a',
    b'\xff', b'1\n\xff', b'\xef\xbb', b'\xef\xbb\xbfx', b'\\\n', b'1\\', b'\\', b'1\r2\r', b'1\r', b'# c', b'1\n# c', b'class A: pass', b'1.real',
    b'1if 1else 2', b'1if 1else 2\n', b'(' * 250, b'(]', b'(]\n1\n', b'f(1 2\n3)\n', b'x = (1 1\n', b'"a" "b"', b'""', b"''", b'"a" ""', b'x:int', b'...',
    b'a **=', b'a >>= 1', b'f(', b'x = [\n1\n2\n]\n', b'{1:2\n3}\n4\n', b'match x', b'match x\n', b'async def f(): pass', b'if 1:\n  2\n else:\n3\n4',
    b'import sys\nclass P:\n  n=0\n  def __str__(self):\n    self.n+=1\n    return f"[{self.n}]"\n\nsys.ps1=P()\nsys.ps2=P()\n1\n(2,\n3)\n4 4',
    b'import ctypes, os\nf = ctypes.CDLL(None).printf\nf(b"c one\\n")\nprint("one")\nf(b"c two ")\nprint("two")\nos._exit(0)\n',
)


def run(*options, given=b'', **environ):
    env = dict(os.environ, PYTHONIOENCODING='utf-8', **environ)
    done = subprocess.run([sys.executable, *options], input=given, capture_output=True, env=env)
    errors = done.stderr.decode('utf-8', 'replace').replace(sys.executable, '<python>')
    return done.returncode, done.stdout, re.sub('0x[0-9a-f]+', '0x', errors).replace(os.path.dirname(sys.executable), '<bin>')


for given in INPUTS:
    for options in (['-q', '-i'], ['-q', '-i', '-u'], ['-u'], []):
        print(given, options, *run(*options, given=given))

# An import that fails is timed as well; modules that the start has loaded already are not shown.
code = 'try: import there_is_no_such_module\nexcept ImportError: pass\nimport colorsys'
lines = run('-X', 'importtime', '-I', '-S', '-c', code)[2].splitlines()
print([line.split('|')[-1].strip() for line in lines][-2:])

print(run('-c', 'import sys; print(sys.executable)', PYTHONEXECUTABLE='/no/such/python'))
print(run('-I', '-c', 'import sys; print(sys.executable)', PYTHONEXECUTABLE='relative'))
print(run('-c', 'import sys; print(sys.executable == sys._base_executable)', PYTHONEXECUTABLE=''))
for name, value in (('PYTHONIOENCODING', 'nope'), ('PYTHONHOME', '/nope')):
    env = dict(os.environ, **{name: value})
    done = subprocess.run([sys.executable, '-c', '1'], capture_output=True, env=env)
    text = done.stderr.decode().replace(sys.executable, '<python>')
    print(done.returncode, re.sub('0x[0-9a-f]+', '0x', text[text.index('Fatal'):]))

for given in ('if 1:\r\n  print(1)\r\n\r\nprint(2)\r\n', 'x=1\r\nx\r\n"""a\r\nb"""\r\n', 'if 1:\r\n\r\n', '1\r\n1 1\r\n2', 'def f(:\r\n'):
    print(repr(given), *run('-q', '-i', given=given.encode()))
    print(repr(given), *run(given=given.encode()))

# Where a file ends in the middle of something, and what the line of the error is.
ENDS = ('if 1:', 'if 1:\n', 'x=1\nif 1:\n\n', 'x=(1,\n', 'x="""abc\n', 'x="abc', 'def f(:\n',
        'class A:\n   def f(self):\n', 'try:\n  x\n', 'x=\n', 'if 1:\n  x\n y\n', 'x\\', 'x = [\n\n', '  x\n',
        'a b', 'a = 5 5', 'print "x"', '@', '@\n', 'try:\n  pass', 'match x:\n', 'f"{', 'with a as b:',
        'else:', '1 +', '1 +\n', 'x = 1 +\\\n', 'lambda', 'if x', 'del', 'await x', 'x = $', '"\\N{x}"', '(',
        '{', ')', '(]', '1a', '0x', 'x: int = ', 'async', 'import', 'from x import', 'from x import (a,',
        'raise', 'assert', 'def', 'def f', 'def f(', 'def f()', 'def f():', 'class', 'class A', 'class A(',
        'while', 'while 1', 'while 1:', 'for x', 'for x in', 'with', 'try', 'try:', 'except', 'finally:',
        'global', 'x = yield', '**a', 'f(**', 'f(a=', 'not', 'x if y', '[x for', '{x:', 'a.b.', 'a[', "'''",
        'if 1:\r\n', 'if 1:\r\n\r\n', 'x\r', 'yield', '\n\n', ' ', '#',)
# Errors behind a token of several lines, in a program that cannot be read again.
for text in ('x="""\n1"""+\n', 'x="""\n1"""+ 5 5\n', '(1,\n"""a\nb""" c\n', 'x = """a\n\\N{nope}"""\n', 'x=1\\\n+\n', '"""\n""" \\ \n', '{"""\n""":1, 2}\n',
             'if 1:\n\\\n', '(1,\n2 c\n'):
    print(repr(text), *run(given=text.encode()), run('-c', text))
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'ends.py')
    for text in ENDS:
        with open(path, 'w', newline='') as f:
            f.write(text)
        code, out, errors = run('-i', '-q', path, given=b'import sys; print(getattr(sys, "last_value", ValueError()).args)\n')
        print(repr(text), code, out.decode().replace(path, '<path>'), errors.replace(path, '<path>'))
        print(*run(given=text.encode()), run('-c', text))
