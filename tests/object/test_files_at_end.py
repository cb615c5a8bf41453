"""Text not yet written to a file that only the collector finds, in a running program and at its end."""
import os
import subprocess
import sys
import tempfile

BEGIN = '''
class A:
    pass
a = A()
'''
# What the program leaves behind, so that its end finds it in a cycle.
AT_END = '''
a.f = open(path, 'w'); a.f.write('text'); a.self = a
f = open(path, 'w'); f.write('text'); f.x = f
f = open(path, 'w'); f.write('text'); g = lambda: f
f = open(path, 'w'); f.write('text'); l = [f]; l.append(l); sys.l = l
f = open(path, 'wb'); f.write(b'text'); a.f = f; a.a = a; del f
f = open(path, 'wb', 0); f.write(b'text'); a.f = f; a.a = a
a.f = open(path, 'w'); a.f.write('text'); a.a = a; atexit.register(lambda: a)
f = open(path, 'w+'); f.write('text'); a.x = f.buffer; f.buffer.raw.name; a.y = f; a.a = a
import threading; a.f = open(path, 'w'); a.f.write('text'); threading.a = a; a.b = a
b = io.BufferedRWPair(io.FileIO('/dev/null'), io.FileIO(path, 'w')); b.write(b'text'); a.b = b; a.a = a
f = codecs.open(path, 'w', 'utf-8'); f.write('text'); a.f = f; f.a = a
f = gzip.open(path, 'wb'); f.write(b'text'); a.f = f; f.a = a
'''.strip().splitlines()


def written(folder, line):
    path = os.path.join(folder, 'file')
    if os.path.exists(path):
        os.unlink(path)
    p = subprocess.run([sys.executable, '-c', 'import atexit, codecs, gzip, io, sys\npath = %r\n%s\n%s'
                        % (path, BEGIN, line)], capture_output=True)
    with open(path, 'rb') as f:
        data = f.read()
    # the header of gzip holds the time
    return p.returncode, p.stderr.decode(), len(data) if 'gzip' in line else data


with tempfile.TemporaryDirectory() as folder:
    for line in AT_END:
        print(line, *written(folder, line))

# The order of finalisers: what refers to another comes first, if a collection found it alive before.
import gc
import io


class Raw(io.RawIOBase):
    def writable(self):
        return True

    def write(self, data):
        print('write', bytes(data))
        return len(data)

    def close(self):
        if not self.closed:
            print('close raw')
        super().close()


class A:
    def __del__(self):
        print('A goes, closed:', self.f.closed)


for make in (lambda: io.BufferedWriter(Raw()), lambda: io.TextIOWrapper(io.BufferedWriter(Raw()))):
    a = A()
    a.f = make()
    a.f.write('text' if isinstance(a.f, io.TextIOWrapper) else b'text')
    a.a = a
    gc.collect()
    del a
    gc.collect()
