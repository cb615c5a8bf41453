"""pyexpat: every handler, attribute, error and encoding; exceptions in handlers; external entities."""
import copy
import io
import pyexpat
import re
import sys
import traceback
import warnings
import weakref
warnings.simplefilter("ignore")
def t(f,*a):
    try: print(re.sub('0x[0-9a-f]+', '0x', repr(f(*a))))
    except BaseException as e: print(type(e).__name__, e, getattr(e,'__dict__',None))
P=pyexpat.ParserCreate
t(P,None,'ab'); t(P,None,''); t(P,5); t(P,None,5); t(P,None,None,5); t(P,'x\0y'); t(P,None,'\0'); t(P,None,'é'); t(lambda:P('foo').Parse('<a/>',1)); t(lambda:P('foo').Parse(b'<a/>',1)); t(lambda:P('iso-8859-2').Parse(b'<a/>',1)); t(lambda:P(intern=None).intern); t(lambda:P(None,None,{}).intern); t(P,None,None,None,None); t(lambda:P(foo=1))
p=P()
for v in (0,-1,2**31,2**80,'x',5,None,True): t(setattr,p,'buffer_size',v); t(lambda:p.buffer_size)
t(delattr,p,'buffer_size'); t(delattr,p,'StartElementHandler'); t(setattr,p,'foo',1); t(delattr,p,'foo'); t(setattr,p,'intern',{}); t(delattr,p,'intern'); t(setattr,p,'ErrorCode',1); t(delattr,p,'ErrorCode'); t(delattr,p,'buffer_text');t(delattr,p,'namespace_prefixes'); t(setattr,p,'buffer_text','x'); t(lambda:p.buffer_text); t(setattr,p,'buffer_used',3)
class B:
    def __bool__(s): raise KeyError(1)
for n in ('buffer_text','namespace_prefixes','ordered_attributes','specified_attributes'): t(setattr,p,n,B())
t(p.Parse); t(p.Parse,1); t(p.Parse,b'<a>',B()); t(p.Parse,bytearray(b'<a>')); t(p.Parse,memoryview(b'</a>'),True); t(p.Parse,b''); t(p.Parse,b'',1); t(p.Parse,'\ud800')
p=P(); t(p.Parse,'<a>',0); t(p.Parse,b'<b',1); t(p.Parse,'<b',1); print(p.ErrorCode,p.ErrorLineNumber,p.ErrorColumnNumber,p.ErrorByteIndex,p.CurrentByteIndex)
t(p.ParseFile,1)
class F:
    def __init__(s,v): s.v=v
    def read(s,n): print('read',n); return s.v
t(P().ParseFile,F('x')); t(P().ParseFile,F(b'x'*3000)); t(P().ParseFile,F(bytearray(b'x'*3000)));t(P().ParseFile,F(None)); t(P().ParseFile,F(b'x'*2049)); t(P().ParseFile,F(b''))
t(P().ParseFile,io.BytesIO(b'<a/>')); 
p=P(); t(p.SetBase,'x'); t(p.GetBase); t(p.SetBase,5); t(p.SetBase,'a\0b'); t(p.SetBase,'é');t(p.GetBase); t(p.GetInputContext)
t(p.UseForeignDTD); t(p.UseForeignDTD,B()); t(p.UseForeignDTD, 0); t(p.SetParamEntityParsing,2); t(p.SetParamEntityParsing,7);t(p.SetParamEntityParsing,'x'); t(p.Parse,b'<a/>',1); t(p.UseForeignDTD); t(p.SetParamEntityParsing,1)
t(pyexpat.ErrorString,3); t(pyexpat.ErrorString,0); t(pyexpat.ErrorString,99);t(pyexpat.ErrorString,-1); t(pyexpat.ErrorString,'x'); t(pyexpat.ErrorString,2**40)
def bad(*a): raise ZeroDivisionError
p=P(); p.StartElementHandler=bad
try: p.Parse(b'<a/>',1)
except ZeroDivisionError: traceback.print_exc(file=sys.stdout)
t(lambda:p.StartElementHandler); t(p.Parse,b'<b>',1)
doc=b'''<?xml version="1.0" encoding="utf-8" standalone="no"?>
<?pi data?><!-- comm -->
<!DOCTYPE r PUBLIC "pub" "sys" [
<!NOTATION n PUBLIC "notpub"> <!NOTATION n2 SYSTEM "notsys">
<!ENTITY u SYSTEM "usys" NDATA n>
<!ENTITY i "internal"> <!ENTITY % pe "param"> <!ENTITY ext SYSTEM "extsys"> <!ENTITY % pext PUBLIC "p" "s">
<!ELEMENT r (a|b*|(c?,d+))*><!ELEMENT m (#PCDATA|x|y)*><!ELEMENT e EMPTY><!ELEMENT any ANY><!ELEMENT p (#PCDATA)>
<!ATTLIST r att CDATA #IMPLIED b (x|y) "x" c ID #REQUIRED d CDATA #FIXED "f">
%pext;
]>
<r att="1" xmlns="ns" xmlns:q="qns"><q:c q:z="1">text &i; &amp; &#65; &ext; &undef; <![CDATA[cd]]></q:c>
<!-- c2 --></r>'''
names=[n for n in dir(P()) if n.endswith('Handler')]
def run(setup=None, doc=doc, ns=None, skip=('DefaultHandlerExpand',),**kw):
    print('-----')
    p=P(namespace_separator=ns,**kw)
    def mk(n):
        def h(*a):
            # The order of the prefixes depends on a hash.
            if n == 'ExternalEntityRefHandler' and '=ns' in a[0]: a = (sorted(a[0].split('\f')),) + a[1:]
            print(n,a)
            return 1
        return h
    for n in names:
        if n not in skip: setattr(p,n,mk(n))
    if setup: setup(p)
    t(p.Parse,doc,1)
    print(p.intern)
run(); run(ns=' '); run(ns='!',skip=('DefaultHandler',)); run(ns='')
run(lambda p:setattr(p,'namespace_prefixes',1),ns=' ')
def o(p): p.ordered_attributes=1;p.specified_attributes=1; p.buffer_text=1
run(o,ns='+')
def o(p): p.SetParamEntityParsing(2)
run(o); 
def o(p): p.UseForeignDTD()
run(o,b'<a/>')
for r in (0,None,'x',2**70,-1):
  def o(p): p.NotStandaloneHandler=lambda *a:r
  run(o); 
  def o(p): p.ExternalEntityRefHandler=lambda *a:r
  run(o)
print("=== external")
def ext(sub, **kw):
    def o(p):
        def h(*a):
            print('ext',a); q=p.ExternalEntityParserCreate(*([a[0]]+([kw['enc']] if 'enc' in kw else [])))
            print(q.buffer_text,q.intern is p.intern,q.StartElementHandler is p.StartElementHandler, q.namespace_prefixes,q.ordered_attributes)
            return q.Parse(sub,1)
        p.ExternalEntityRefHandler=h
        p.ordered_attributes=1; p.buffer_text=1;p.namespace_prefixes=1
        if 'pe' in kw: p.SetParamEntityParsing(kw['pe'])
    return o
run(ext(b'<sub/>hey')); run(ext(b'<sub')); run(ext(b'<sub/>',enc='foo'));run(ext(b'<sub/>',enc='iso-8859-1')); run(ext(b'<!ENTITY undef "x">',pe=2)); 
p=P(); t(p.ExternalEntityParserCreate,'x'); t(p.ExternalEntityParserCreate,None); t(p.ExternalEntityParserCreate,5); t(p.ExternalEntityParserCreate,None,5); t(p.ExternalEntityParserCreate); t(p.ExternalEntityParserCreate,None,None,None); t(p.ExternalEntityParserCreate,'a\0');t(p.ExternalEntityParserCreate,None,'a\0')
print("=== encodings")
for enc in ('iso-8859-2','cp437','koi8-r','utf-16','utf-8','us-ascii','foo','utf-7','shift_jis','hex','rot13','cp1252','big5', 'idna', 'unicode_escape','undefined'):
    p=P(); p.CharacterDataHandler=lambda d: print(ascii(d))
    t(p.Parse,b'<?xml version="1.0" encoding="%s"?><a>x\xe4\x80\x81y</a>'%enc.encode(),1)
print("=== errors in handlers")
for n in names:
    for kind in (0,1):
        p=P(namespace_separator=' '); p.SetParamEntityParsing(2)
        setattr(p,n, bad if not kind else 5)
        if n=='SkippedEntityHandler': d=doc.replace(b'%pext;',b'')
        else: d=doc
        try: print(n,p.Parse(d,1))
        except Exception as e:
            print(n,repr(e), [(f.name) for f in traceback.extract_tb(e.__traceback__)], [getattr(p,m) for m in names if getattr(p,m)], p.ErrorCode)
print("=== buffers")
def mkp():
    p=P(); p.buffer_text=True; p.buffer_size=10; p.CharacterDataHandler=lambda d: print(d,p.buffer_used); return p
p=mkp(); t(p.Parse,b'<a>abc'); print(p.buffer_used); t(p.Parse,b'def\nxyzw&amp;1234567890123'); print(p.buffer_used); p.buffer_size=50; print(p.buffer_used); t(p.Parse,b'more'); p.buffer_text=False; print(p.buffer_used); t(p.Parse,b'bla'); p.buffer_text=True;t(p.Parse,b'pp'); p.CharacterDataHandler=None; t(lambda:p.buffer_used);  p.CharacterDataHandler=print; t(p.Parse,b'zz<b/>qq</a>',1)
p=mkp(); p.buffer_text=0; p.buffer_size=3; p.buffer_text=1; t(p.Parse,b'<a>abcdefgh</a>',1)
p=mkp(); p.CharacterDataHandler=bad; t(p.Parse,b'<a>abcd</a>',1); print(p.CharacterDataHandler)
p=mkp(); p.CharacterDataHandler=bad; t(p.Parse,b'<a>abcd',0); print(p.buffer_used); t(setattr,p,'buffer_size',100);print(p.buffer_used,p.CharacterDataHandler);t(setattr,p,'buffer_text',0); t(p.Parse,b'x</a>',1)
p=mkp(); p.CharacterDataHandler=bad; t(p.Parse,b'<a>abcd',0);t(setattr,p,'buffer_text',0);print(p.buffer_text,p.buffer_used); t(setattr,p,'CharacterDataHandler',None)
p=mkp(); p.CharacterDataHandler=bad; t(p.Parse,b'<a>abcd',0);t(setattr,p,'CharacterDataHandler',print);print(p.CharacterDataHandler); t(p.Parse,b'</a>')
print("=== in callbacks")
def mk2():
    p=P()
    def cd(d): print('cd',d); p.CharacterDataHandler=None
    p.CharacterDataHandler=cd; return p
p=mk2(); t(p.Parse,b'<a>x\ny\nz</a>',1)
def se(*a): print(p.CurrentByteIndex,p.CurrentLineNumber,p.CurrentColumnNumber,p.GetInputContext()); p.StartElementHandler=None
p=P(); p.StartElementHandler=se; t(p.Parse,b'<a><b/></a>',1)
def nested(*a):
    t(p.ExternalEntityParserCreate,None); t(p.UseForeignDTD,1); t(p.SetParamEntityParsing,1);t(p.SetBase,'x')
p=P(); p.StartElementHandler=nested; t(p.Parse,b'<a>b</a>',1)
t(type(p)); t(lambda:p.__reduce_ex__(2)); t(copy.copy,p); t(hasattr,p,'__dict__')
t(weakref.ref,p)
t(lambda:p==P())
t(lambda:type('X',(type(p),),{}))
t(p.__sizeof__)
p=P(); p.Parse(b'<a>'); t(p.Parse, b'x'*((1<<20)*3+5)); t(p.Parse,b'</a>',1)
p=P(); t(p.Parse,'<?xml version="1.0" encoding="latin-1"?><a>é</a>',1)
p=P('latin-1'); p.CharacterDataHandler=print; t(p.Parse,'<a>é</a>',1)
p=P('latin-1'); p.CharacterDataHandler=print; t(p.Parse,b'<a>\xe9</a>',1)
p=P(); p.Parse('<a>'); p.Parse('é'.encode()); t(p.Parse,b'\xe9</a>')
p=P(); t(p.ParseFile, io.BytesIO(b'<a>'+b'z'*10000+b'</b>'))
p=P(); t(p.ParseFile, io.BytesIO(b'<a>')) 
print(type(pyexpat.expat_CAPI), pyexpat.error is pyexpat.ExpatError, pyexpat.error.__mro__, pyexpat.error.__module__)
print(pyexpat.XMLParserType.__name__, pyexpat.ParserCreate.__doc__ is not None, [type(v) for v in (pyexpat.version_info,pyexpat.features)])
print([ (k,v) for k,v in vars(pyexpat.errors).items() if not k.startswith('__')]); print([ (k,v) for k,v in vars(pyexpat.model).items() if not k.startswith('__')])
print(list(vars(pyexpat)), pyexpat.errors.__spec__, pyexpat.errors.__loader__, pyexpat.errors.__package__, repr(pyexpat.errors))
print([n for n in vars(pyexpat.XMLParserType)])
print([n for n in dir(p)])

print("=== the user's dictionary of names")
d = {'a': 'b', 'c': 5}
p = P(intern=d)
p.StartElementHandler = lambda name, atts: (print(name, atts), d.pop('x', None))
t(p.Parse, b'<a><c/><b/><x/><x/><a y="1"/><\xc3\xa9/><z/><z/></a>', 1)
print(d)
