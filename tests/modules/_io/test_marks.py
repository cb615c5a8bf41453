"""Byte order marks: streams that cannot seek begin without one."""
import bz2
import gzip
import io
import lzma
import os
import tempfile

path = os.path.join(tempfile.mkdtemp(), 'x.bin')
for o in (bz2.BZ2File, lzma.LZMAFile, gzip.GzipFile):
    f=o(path,'wb'); t=io.TextIOWrapper(f, encoding='utf-16', errors='strict', newline='')
    print(f.seekable(), f.tell()); t.write('abc'); t.write('d'); t.close(); print(o(path).read())
class B(io.RawIOBase):
    def __init__(s): s.d=b''
    def writable(s): return True
    def seekable(s): return False
    def tell(s): print('tell'); return 5
    def write(s,b): s.d+=bytes(b); return len(b)
b=B(); t=io.TextIOWrapper(b,encoding='utf-16'); t.write('a'); t.flush(); print(b.d)
for enc in ('utf-16','utf-32','utf-8-sig','utf-16-le','utf_16','U16','utf-7','shift_jis'):
    b=B(); t=io.TextIOWrapper(b,encoding=enc); t.write('a'); t.flush(); print(enc, b.d)
os.remove(path)
os.rmdir(os.path.dirname(path))
