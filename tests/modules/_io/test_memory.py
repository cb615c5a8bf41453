import re
import io,os,sys,_io
def t(f):
    try: print(re.sub("0x[0-9a-f]+", "0x", repr(f())))
    except BaseException as e: print(type(e), e.args if not isinstance(e,OSError) else e)
b=io.BytesIO(b'hello world'); 
v=b.getbuffer(); print(type(v), v.readonly)
t(lambda:b.write(b'0123456789abcdef')); t(lambda:b.truncate()); t(lambda:b.close()); t(lambda:b.write(b'HE')); print(bytes(v)); t(lambda:b.getvalue()); t(lambda:b.__setstate__((b'',0,None))); t(lambda:b.__init__(b'')); t(lambda:b.truncate(50)); t(lambda:b.writelines([b'x'*50]));t(lambda:b.detach())
v.release(); 
for s in (1,(b'',),(1,2,3),(b'',-1,None),(b'','x',None),(b'',0,5),('',0,None),(b'abc',50,{'x':1})): t(lambda:b.__setstate__(s))
t(lambda:b.__getstate__()); t(lambda:b.tell()); t(lambda:b.write(b'zz')); t(lambda: len(b.getvalue()));t(lambda:b.read(-5)); t(lambda:b.read('x')); t(lambda:b.seek(-1)); t(lambda:b.seek(0,5)); t(lambda:b.seek(1.0)); t(lambda:b.seek(2**63-1)); t(lambda:b.write(b'x')); t(lambda:b.seek(2**63)); t(lambda:b.seek(-100,1)); t(lambda:b.seek(-1000,2)); t(lambda:b.truncate(-1)); t(lambda:b.truncate('x'));t(lambda:b.truncate(None)); t(lambda:b.__sizeof__()); t(lambda:io.BytesIO(5)); t(lambda:io.BytesIO('x')); t(lambda:io.BytesIO(None).getvalue()); t(lambda:io.BytesIO(initial_bytes=b'd').getvalue()); t(lambda:b.write('x')); t(lambda:b.write(None)); t(lambda:b.readinto(b'')); t(lambda:b.readinto(None)); t(lambda:b.readline('x')); t(lambda:b.readlines('x')); t(lambda:b.readlines(0)); t(lambda:b.readline(None)); t(lambda: io.BytesIO.__new__(io.BytesIO).getvalue()); t(lambda:io.BytesIO.__new__(io.BytesIO).read()); t(lambda:b.getbuffer(3)); t(lambda:b.isatty()); t(lambda:b.flush()); t(lambda: b.truncate(2**62))
b.close(); 
for n in 'read readline readlines tell getvalue getbuffer seekable readable writable isatty flush __getstate__ __next__ __iter__ truncate read1 fileno'.split(): print(n); t(lambda:getattr(b,n)())
t(lambda:b.write(b'')); t(lambda:b.write('x')); t(lambda:b.seek(0)); t(lambda:b.closed); t(lambda:b.__setstate__((b'',0,None))); t(lambda:b.readinto(bytearray(2))); t(lambda:b.__init__(b'q')); t(lambda:b.closed); t(lambda:b.writelines([b'x']))
t(lambda:_io._BytesIOBuffer)
v=memoryview(b'x'); t(lambda:type(io.BytesIO(b'abc').getbuffer().obj)())
b=io.BytesIO(b'a\nb\nc'); print(list(b), b.readline(), b.seek(1), b.readlines(2), b.tell(), sys.getsizeof(b), sys.getsizeof(io.BytesIO()), sys.getsizeof(io.BytesIO(b'abc')))
# stringio
s=io.StringIO('a\r\nb\rc\nd',newline=None); print(repr(s.getvalue()), s.newlines, s.line_buffering, s.encoding, s.errors)
for nl in (None,'','\n','\r','\r\n'):
    s=io.StringIO('a\r\nb\rc\nd',newline=nl); print(nl.__repr__(),s.readlines(),repr(s.getvalue()),s.newlines,s.tell()); s.write('x\r\ny\nz\r'); s.write('\nq'); print(repr(s.getvalue()),s.newlines,s.__getstate__())
t(lambda:io.StringIO(b'')); t(lambda:io.StringIO('',newline='x')); t(lambda:io.StringIO('',newline=5));t(lambda:io.StringIO(5)); t(lambda:io.StringIO(None).getvalue()); s=io.StringIO('hello'); t(lambda:s.seek(3)); t(lambda:s.seek(1,1)); t(lambda:s.seek(0,1));t(lambda:s.seek(0,2)); t(lambda:s.seek(1,2)); t(lambda:s.seek(1,3)); t(lambda:s.seek(-1)); t(lambda:s.seek('x')); t(lambda:s.seek(-1,3)); t(lambda:s.truncate(-1)); t(lambda:s.truncate('x')); t(lambda:s.write(b'')); t(lambda:s.read('x')); t(lambda:s.read(-7)); t(lambda:s.seek(8)); t(lambda:s.write('z')); t(lambda:s.getvalue()); t(lambda:s.truncate(3)); t(lambda:s.tell()); t(lambda:s.read());t(lambda:s.fileno()); t(lambda:s.isatty()); t(lambda:s.detach()); t(lambda: io.StringIO.__new__(io.StringIO).getvalue()); t(lambda: io.StringIO.__new__(io.StringIO).read()); t(lambda:s.readline('x')); t(lambda:s.readline(None))
for st in (1,(),('',),('','\n',-1,None),('','\n','x',None),('','\n',0,5),(b'','\n',0,None),('','q',0,None),('abc','\n',50,{'x':1})): t(lambda:s.__setstate__(st))
t(lambda:s.__getstate__()); t(lambda:s.__init__('qq')); t(lambda:s.getvalue()); s.close()
for n in 'read readline readlines tell getvalue seekable readable writable isatty flush __getstate__ __next__ __iter__ truncate newlines line_buffering closed'.split(): print(n); t(lambda:getattr(s,n)()); 
t(lambda:s.newlines); t(lambda:s.line_buffering); t(lambda:s.write('')); t(lambda:s.write(5));t(lambda:s.seek(0));
t(lambda:s.__init__('qq')); t(lambda:s.closed)
d=io.IncrementalNewlineDecoder(None,True); t(lambda:d.decode('a\r')); t(lambda:d.getstate()); t(lambda:d.decode('\n')); t(lambda:d.newlines); t(lambda:d.decode('\r',True)); t(lambda:d.decode('\n',final=True)); t(lambda:d.newlines); d.reset(); t(lambda:d.newlines); t(lambda:d.decode(b'x')); t(lambda:d.decode(5)); t(lambda:d.setstate(5)); t(lambda:d.setstate((b'',1))); t(lambda:d.getstate()); t(lambda:d.setstate((5,3))); t(lambda:d.setstate((b'','x'))); t(lambda:io.IncrementalNewlineDecoder(5,True).decode('x')); t(lambda:io.IncrementalNewlineDecoder.__new__(io.IncrementalNewlineDecoder).decode('x')); t(lambda:io.IncrementalNewlineDecoder.__new__(io.IncrementalNewlineDecoder).newlines); t(lambda:io.IncrementalNewlineDecoder.__new__(io.IncrementalNewlineDecoder).getstate());t(lambda:io.IncrementalNewlineDecoder(None)); t(lambda:io.IncrementalNewlineDecoder.__new__(io.IncrementalNewlineDecoder).reset()); t(lambda:io.IncrementalNewlineDecoder.__new__(io.IncrementalNewlineDecoder).setstate((b'',0)))
import codecs
d=io.IncrementalNewlineDecoder(codecs.getincrementaldecoder('utf-8')(),False); t(lambda:d.decode(b'a\r')); t(lambda:d.getstate()); t(lambda:d.decode(b'\n\xc3')); t(lambda:d.newlines);t(lambda:d.getstate()); t(lambda:d.decode(b'\n'));t(lambda:d.decode('q'))
