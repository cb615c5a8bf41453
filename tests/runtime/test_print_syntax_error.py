"""How SyntaxErrors with odd fields are printed."""
import sys
def mk(*a,**k):
    e=SyntaxError(*a)
    for x,y in k.items(): setattr(e,x,y)
    return e
L=[mk('bad syntax'),mk('b',lineno=100),mk('b',filename='x.py'),mk('b',filename='x.py',lineno=5)]
for off in range(-2, 10):
    for end in (None,-1,0,3,7,100):
        for text in ('abcdefg','  abcdefg\n','a\nbc','','\n', '\u00e9\u00e9\u00e9\u00e9'):
            L.append(mk('m',('f.py',1,off,text,1,end)))
        L.append(mk('m',('f.py',1,off,'abcdefg',2,end)))
    L.append(mk('m',('f.py',1,off,'abcdefg')))
L.append(mk('m',('f.py',None,1,'abc'))); L.append(mk('m',('f.py',0,1,'abc'))); L.append(mk('m',(None,1,1,'abc'))); L.append(mk('m',('f.py',1,None,'abc'))); L.append(mk('m',('f.py',1,1,None)));L.append(mk('m',('f.py','x',1,'a'))); L.append(mk('m',('f.py',1,'x','a')))
import io
for e in L:
    f=sys.stderr=io.StringIO()
    try: sys.__excepthook__(type(e),e,None)
    except BaseException as x: f.write(repr(x))
    sys.stderr=sys.__stderr__
    print(e.args, repr(f.getvalue()))

# A byte order mark stands in the line that is shown, and counts as a character of it.
import os, subprocess, tempfile
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'bom.py')
    for body in (b'x = = 1\n', b'return 5\n', b'1/0\n', b'x = "\xe9\n', b'pass\nx = = 1\n'):
        with open(path, 'wb') as f:
            f.write(b'\xef\xbb\xbf' + body)
        done = subprocess.run([sys.executable, path], capture_output=True)
        print(done.returncode, done.stderr.replace(os.fsencode(folder), b''))
