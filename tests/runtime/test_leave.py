"""A program that ends leaves nothing undone that could be seen: finalisers, callbacks, streams, warnings."""
import os
import re
import subprocess
import sys
import tempfile

PROGRAMS = {
    'finaliser': 'class A:\n def __del__(self): print("del")\na = A()',
    'finaliser in a cycle': 'class A:\n def __del__(self): print("del")\na = A(); a.a = a',
    'finaliser without a dict': 'class A:\n __slots__ = ()\n def __del__(self): print("del")\na = A()',
    'finaliser of an int': 'class A(int):\n __slots__ = ()\n def __del__(self): print("del")\na = A(5)',
    'finaliser of a class': 'class M(type):\n def __del__(c): print("del")\nclass A(metaclass=M): pass',
    'finaliser in a module': 'import os\nclass A:\n def __del__(self): print(os is None)\nos.a = A()',
    'finaliser of a thread': 'import threading\nclass A:\n def __del__(self): print("del")\n'
                             'l = threading.local(); l.a = A()',
    'generator': 'def g():\n try: yield\n finally: print("end")\nx = g(); next(x)',
    'generator not begun': 'def g():\n try: yield\n finally: print("end")\nx = g()',
    'coroutine': 'async def f(): pass\nc = f()',
    'asynchronous generator': 'async def g(): yield 1\nx = g()',
    'weak reference': 'import weakref\nclass A: pass\na = A(); r = weakref.ref(a, lambda r: print("dead"))',
    'weakref.finalize': 'import weakref\nclass A: pass\na = A(); weakref.finalize(a, print, "end")',
    'weak dictionary': 'import weakref\nclass A: pass\nd = weakref.WeakValueDictionary(); d[1] = a = A()',
    'atexit': 'import atexit\natexit.register(print, "bye")',
    'file': 'f = open(PATH, "w"); f.write("hello")',
    'unbuffered file': 'f = open(PATH, "wb", 0); f.write(b"hello")',
    'unclosed file': 'import warnings\nwarnings.simplefilter("always")\nf = open(PATH, "rb")',
    'unclosed directory': 'import os, warnings\nwarnings.simplefilter("always")\ns = os.scandir("/usr")\nnext(s)',
    'unclosed socket': 'import socket, warnings\nwarnings.simplefilter("always")\ns = socket.socket()',
    'stdout': 'import sys\nsys.stdout.write("x")',
    'stdout replaced': 'import sys\nsys.__stdout__.write("x"); sys.stdout = None',
    'stdout wrapped': 'import sys, io\nsys.stdout = io.TextIOWrapper(sys.stdout.buffer)\n'
                      'sys.__stdout__.write("x"); sys.stdout.write("y")',
    'stdout closed': 'import sys\nsys.stdout.close()',
    'thread': 'import threading, time\nt = threading.Thread(target=lambda: (time.sleep(.1), print("t"))); t.start()',
    'daemon': 'import threading, time\nt = threading.Thread(target=time.sleep, args=(9,), daemon=True); t.start()',
    'gc callback': 'import gc\ngc.callbacks.append(lambda phase, info: print(phase, info["generation"]))',
    'gc.garbage': 'import gc\ngc.garbage.append(1)',
    'audit': 'import sys\nsys.addaudithook(lambda e, a: print(e) if e.startswith("cpython") else None)',
    'exit': 'import sys\nclass A:\n def __del__(self): print("del")\na = A()\nsys.exit(3)',
    'error': 'class A:\n def __del__(self): print("del")\na = A()\n1 / 0',
    'verbose': 'pass',
}

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'file')
    for name, program in PROGRAMS.items():
        with open(path, 'w'):
            pass
        options = ['-v'] if name == 'verbose' else []
        done = subprocess.run([sys.executable, '-I', '-S', *options, '-c', program.replace('PATH', repr(path))],
                              capture_output=True, text=True, timeout=60)
        errors = re.sub(r'0x[0-9a-f]+|fd=\d+', '', done.stderr.replace(path, 'PATH'))
        if options:
            errors = '# destroy os' in errors or '# cleanup[2] removing os' in errors or '# cleanup[3]' in errors
        with open(path) as file:
            print(name, done.returncode, repr(done.stdout), repr(errors), repr(file.read()))
