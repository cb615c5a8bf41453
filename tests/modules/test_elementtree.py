"""_elementtree: Element, TreeBuilder, XMLParser: results, errors, sizes, copies, changes while iterating."""
import _elementtree as m
import copy
import gc
import io
import pickle
import re
import sys
import traceback
import warnings
import xml.etree.ElementTree as ET
warnings.simplefilter('ignore')
E, S, P, T, pe = m.Element, m.SubElement, m.XMLParser, m.TreeBuilder, m.ParseError
def show(*a): print(re.sub('0x[0-9a-f]+', '0x', ' '.join(map(str, a))))
def t(f, *a, **k):
    try: show(repr(f(*a, **k)))
    except BaseException as e: show(type(e).__name__, e)
t(E); t(E,'a','b'); t(E,'a',{},'c'); t(E,'a',{},b=1); t(E,tag='a'); t(E,'a',attrib={'x':1}); t(E,'a',attrib=1); t(E,1); t(E,'a',attrib={'x':1},x=2); t(lambda:E('a',attrib={'x':1},y=2).attrib); t(E,None)
t(S); t(S,1,'a'); t(S,E('a')); t(S,E('a'),'b','c');t(S,E('a'),'b',{},'c'); t(lambda:S(E('a'),'b',{'x':1},y=2).attrib); t(S,E('a'),'b',attrib=3)
e=E('a')
t(e.append); t(e.append,1); t(e.append,None); t(e.extend,1); t(e.extend,[1]); t(e.extend,'ab'); t(e.insert,1); t(e.insert,'x',E('b')); t(e.insert,1,2); t(e.insert,-5,E('b')); t(e.insert,100,E('c')); t(list,e); t(e.remove,1); t(e.remove,E('b')); t(e.remove); t(e.get); t(e.get,'x'); t(e.get,'x',5); t(e.get,'x',default=6); t(e.set,'k'); t(e.set,'k',1); t(e.get,'k'); t(e.get,[]); t(e.items); t(e.keys); t(e.find); t(e.find,'b'); t(e.find,'q'); t(e.find,'./b'); t(e.find,1); t(e.find,None); t(e.findtext,'b'); t(e.findtext,'q'); t(e.findtext,'q',3); t(e.findtext,'b',default=3,namespaces={}); t(e.findall,'*'); t(e.findall,'b',{'a':'b'}); t(e.iterfind,'b'); t(e.iter); t(e.iter,'b'); t(lambda:list(e.iter('*'))); t(lambda:list(e.iter(None)));t(lambda:list(e.iter(tag='b'))); t(e.itertext); t(lambda:list(e.itertext())); t(e.makeelement,'a'); t(e.makeelement,'a',{}); t(e.makeelement,'a',1); t(e.makeelement,'a',{'x':1},1); t(lambda:e.makeelement('a',{'x':1}).attrib); t(e.clear); t(list,e); t(e.clear,1)
for a in ('tag','text','tail','attrib'):
    t(delattr,e,a); t(setattr,e,a,5); t(getattr,e,a)
t(repr,e); e.attrib={}; t(setattr,e,'foo',1); t(lambda:e.foo)
e.tag='x'; t(repr,e); e.tag=e; t(repr,e); e.tag='x'
class R:
    def __repr__(s): return 'R'
e.tag=R(); t(repr,e); e.tag='x'
for i in range(5): S(e,'c%d'%i)
for i in (0,-1,5,-6,2**70,'x',None,1.0,slice(1,3),slice(None,None,-1),slice(None,None,0),slice(-100,100,2),slice(4,2),slice('a')): t(lambda:e[i]); 
def reset():
    del e[:]
    for i in range(6): S(e,'c%d'%i)
def dele(i): reset(); del e[i]; return list(e)
for i in (0,-1,6,-7,2**70,'x',None,slice(1,3),slice(None,None,-1),slice(None,None,2),slice(None,None,-2),slice(None,None,0),slice(-100,100,3),slice(4,2),slice('a'),slice(5,0,-3),slice(10,20)): t(dele,i)
def seti(i,v): reset(); e[i]=v; return list(e)
X=E('X');Y=E('Y')
for i,v in ((0,X),(0,1),(-1,X),(6,X),(-7,X),(2**70,X),('x',X),(slice(1,3),[X]),(slice(1,3),[X,Y,X,Y]),(slice(None,None,2),[X]),(slice(None,None,2),[X,Y,X]),(slice(None,None,-2),[X,Y,X]),(slice(0,2),X),(slice(0,2),1),(slice(0,2),[1]),(slice(0,2),'ab'),(slice(None),()),(slice(None,None,0),[]),(slice(10,20),[X]),(slice(4,2,-1),[X,Y]),(slice(2,4,-1),[X,Y]),(slice(2,4,-1),[]),(slice(0,0),iter([X])), (None,X)): t(seti,i,v)
t(bool,E('a')); reset(); t(bool,e); t(len,e); t(lambda: X in e); t(e.__contains__ if hasattr(e,'__contains__') else int); 
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter('always'); bool(e); show([str(x.message) for x in w], [x.category for x in w])
    try: bool(E('a'))
    except Exception as x: show(x)
show("== copy/pickle")
e=E('a',{'k':'v'}); e.text='t'; e.tail='tl'; S(e,'b').text='q'
t(e.__getstate__); t(e.__setstate__,1); t(e.__setstate__,{}); t(e.__setstate__,{'tag':'z'}); t(lambda:(e.tag,e.text,e.tail,e.attrib,list(e))); t(e.__setstate__,{'tag':'z','_children':1}); t(e.__setstate__,{'tag':'z','_children':[1]}); t(e.__setstate__,{'tag':'z','_children':[X],'text':'hi','attrib':{'q':1},'foo':3}); t(lambda:(e.tag,e.text,e.tail,e.attrib,list(e)));t(e.__setstate__,{'tag':'z','_children':(X,)}); 
e=E('a',{'k':'v'}); e.text='t'; e.tail='tl'; S(e,'b').text='q'
c=copy.copy(e); show(c.attrib is e.attrib, c.attrib, c[0] is e[0], c.text, c.tail, c.tag)
c=copy.deepcopy(e); show(c.attrib is e.attrib, c.attrib, c[0] is e[0], c.text, c.tail, c.tag, c[0].text)
t(e.__deepcopy__,1); t(e.__deepcopy__,None); t(e.__deepcopy__,{}); t(e.__reduce_ex__,2); t(e.__reduce__); t(pickle.loads(pickle.dumps(e)).attrib.__repr__)
class Sub(E): pass
s=Sub('q',{'a':'b'}); s.zz=5; t(copy.copy,s); t(lambda:type(copy.copy(s))); t(lambda:type(copy.deepcopy(s))); t(s.__getstate__); t(s.__dict__.copy); t(lambda: type(s.makeelement('a',{})))
t(lambda:pickle.loads(pickle.dumps(s)).__dict__)
e2=E('a'); e2.append(e2); t(lambda:copy.deepcopy(e2)[0]); t(lambda:(lambda c:c[0] is c)(copy.deepcopy(e2)))
show("== find with subclass/paths")
class St(str): pass
e=E('r'); 
for i in range(3): x=S(e,'a',{'i':str(i)}); S(x,'b').text='t%d'%i
t(e.find,'a/b'); t(e.findall,'a/b'); t(e.findtext,'a/b'); t(e.findtext,'a'); t(e.find,St('a')); t(e.find,'{*}a'); t(e.find,'{}a'); t(e.find,"a[@i='1']"); t(e.find,''); t(e.find,'.'); t(e.find,'*'); t(e.find,'x:a',{'x':'u'}); t(e.find,'x:a'); t(e.find,'{u}a'); t(e.find,'a',namespaces=5); t(e.findtext,'a',namespaces={'':'x'}); t(e.find,'a',namespaces={'':'x'}); t(e.findall,'a',namespaces={'':'x'}); t(e.iterfind,'a',namespaces={'':'x'}); t(lambda:list(e.iterfind('.//b')))
t(e.findtext,'a',None);e[0].text=''; t(e.findtext,'a'); e[0].text=5; t(e.findtext,'a'); e[0].text=['x','y'];t(e.findtext,'a'); t(lambda: list(e.itertext())); e[0].text='';t(lambda: list(e.itertext()));e[0].text='h'; e[0].tail=7; t(lambda: list(e.itertext()))
e.tag=5; t(lambda: list(e.itertext())); t(lambda:list(e.iter(5)))
it=e.iter('b'); next(it); del e[:]; t(list,it)
show(type(e.iter()), type(e.itertext())); t(type(e.iter())); t(pickle.dumps,e.iter())
show("== treebuilder")
t(T,1); t(T,element_factory=1); t(T,None,comment_factory=None); t(T,comment_factory=1,pi_factory=2,insert_comments=1,insert_pis='x'); t(T,foo=1); t(T,None,None); t(T,insert_comments=True); t(T,insert_pis=True)
b=T(); t(b.close); t(b.end,'a'); t(b.data,'x'); t(b.close); t(b.start); t(b.start,'a'); t(b.start,'a',1); t(b.start,'a',None); t(b.start,'a',{}); t(b.data,5);  t(b.start,5,{'x':1}); t(b.end,'wrong'); t(b.end,'a'); t(b.end,'a'); t(b.close); t(b.close); t(lambda:b.close().text)
b=T(); b.start('a',{}); b.data('x'); b.data('y'); b.start('b',{}); b.data('1'); b.end('b'); b.data('t1'); b.data('t2'); e=b.end('a'); t(lambda:(e.text,e[0].text,e[0].tail,e.tail)); b.data('after'); b.close(); t(lambda:e.tail)
b=T(); b.start('a',{}); b.data('x'); t(b.end,'a'); t(lambda:b.close().text)
b=T(); b.start('a',{}); b.data(5); t(b.end,'a'); t(lambda:b.close().text)
b=T(); t(b.start,'a',{}); t(b.comment,'c'); t(b.pi,'p'); t(b.pi,'p','t'); t(b.pi,'p','t','u'); t(b.pi,5,6); t(lambda:list(b.close()))
b=T(insert_comments=True,insert_pis=True); t(b.comment,'before'); b.start('a',{}); b.data('q'); c=b.comment('c'); b.data('r'); d=b.pi('p'); b.data('s'); b.end('a'); b.data('z'); b.comment('after'); e=b.close(); t(lambda:(list(e),e.text,c.tail,d.tail,d.text,c.text,e.tail)); 
b=T(); b.start('a',{}); b.end('a'); t(b.start,'b',{}); t(lambda:b.close()); t(b.comment,'x')
class L(list):
    pass
b=T(element_factory=lambda tag,attrib: L([tag,attrib])); x=b.start('a',{'p':1}); b.data('t'); t(lambda:x); t(b.start,'b',{}); t(b.data,'u'); t(b.end,'b'); t(lambda:vars(x)); t(b.close); t(lambda:(vars(x),x))
class N:
    def __init__(s,*a): show('N',a)
b=T(element_factory=N); t(lambda:type(b.start('a',{'p':1}))); t(b.start,'b',{}); 
b=T(element_factory=lambda *a: 1/0); t(b.start,'a',{});
b=T(comment_factory=lambda *a: show('cf',a),pi_factory=lambda *a: show('pf',a),insert_comments=1,insert_pis=1); b.start('a',{}); t(b.comment,'c'); t(b.pi,'a'); t(b.pi,'a','b'); t(b.close)
class D(dict): pass
b=T(); dd={'z':1}; x=b.start('a',dd); t(lambda:(x.attrib is dd, x.attrib)); 
t(b.start,'q',D(x=1))
show("== XMLParser")
t(P,1); t(P,target=1); t(P,encoding=1); t(P,target=None,encoding='utf-8'); t(P,target=T(),encoding='foo'); t(P,foo=1); t(P,encoding='a\0b'); t(P,html=1)
p=P(); t(p.feed); t(p.feed,1); t(p.feed,b'<a>'); t(p.feed,'<b/>'); t(p.feed,bytearray(b'x')); t(p.feed,'\ud800'); t(p.close)
p=P(); t(p.feed,'<a/>'); t(p.close); t(p.close); t(p.feed,'x')
p=P(); 
def err(f,*a):
    try: show(f(*a))
    except SyntaxError as e: show(type(e),e,e.args,e.__dict__,e.code,e.position,e.msg,e.lineno,e.offset,e.text,e.filename)
err(p.feed,'<a><b></a>'); err(p.close); err(p.feed,'x')
err(P().close); err(P().feed,'<a>&foo;</a>'); err(P().feed,'<!DOCTYPE a><a>x&foo;</a>'); err(P().feed,'<!DOCTYPE a SYSTEM "x"><a>x&foo;</a>');err(P().feed,'<!DOCTYPE a SYSTEM "x">\n<a>x\n &foo;y</a>'); 
p=P(); p.entity['foo']='FOO'; err(p.feed,'<!DOCTYPE a SYSTEM "x"><a>x&foo;y</a>'); t(lambda:p.close().text); t(lambda:p.entity)
p=P(); t(setattr,p,'entity',{}); t(setattr,p,'target',1); t(setattr,p,'version',1); t(delattr,p,'target'); t(lambda:p.version)
class Tg:
    def start(s,*a): show('start',a)
    def end(s,*a): show('end',a)
    def data(s,*a): show('data',a)
    def comment(s,*a): show('comment',a)
    def pi(s,*a): show('pi',a)
    def doctype(s,*a): show('doctype',a)
    def start_ns(s,*a): show('sns',a)
    def end_ns(s,*a): show('ens',a)
    def close(s,*a): show('close',a); return 42
doc='''<?xml version="1.0"?><?pi x y?><!DOCTYPE a PUBLIC "p" "s" [<!ENTITY i "int">]><a xmlns="u" xmlns:q="v" z="1" q:z="2">text\n&i;&amp; more<!--com--><q:b/>tail</a><!--end--><?p?>'''
p=P(target=Tg()); t(p.feed,doc); t(p.close)
class Tg2(Tg): start_ns=end_ns=None
for nm in ('start','end','data','comment','pi','doctype','start_ns','end_ns'):
    g=Tg()
    def h(*a): raise KeyError(nm)
    setattr(g,nm,h); p=P(target=g); show(nm); t(p.feed,doc); t(p.feed,'x'); t(p.close)
class Tb(T): pass
p=P(target=Tb()); t(p.feed,doc); e=p.close(); t(lambda:(e.attrib,e.text,e[0].tail,[x.tag for x in e.iter()]))
class Tc(T):
    def start(s,*a): show('start',a); return super().start(*a)
    def data(s,d): show('data',d); return super().data(d)
p=P(target=Tc()); t(p.feed,doc); t(p.close)
p=P(target=T(insert_comments=True,insert_pis=True)); t(p.feed,doc); e=p.close(); t(lambda:(e.attrib,e.text,e[0].tail,[x.tag for x in e.iter()],e.tail))
class PD(P):
    def doctype(s,*a): show('old doctype',a)
p=PD(); t(p.feed,doc); t(p.close)
class PE(P):
    pass
p=PE(); p.zz=1; t(p.feed,doc)
show("== parse_whole")
t(P()._parse_whole,5); t(P()._parse_whole,io.BytesIO(doc.encode())); t(P()._parse_whole,io.StringIO(doc)); t(P()._parse_whole,io.BytesIO(b'<a>')); t(P()._parse_whole,io.BytesIO(b''))
class F:
    def __init__(s,*v): s.v=list(v)
    def read(s,*a): show('read',a); return s.v.pop(0) if s.v else b''
t(P()._parse_whole,F(b'<a>',b'</a>')); t(P()._parse_whole,F('<a>','</a>','')); t(P()._parse_whole,F('<a>',5)); t(P()._parse_whole,F('<a>',None)); t(P()._parse_whole,F(b'<a>',bytearray(b'</a>')));t(P()._parse_whole,F(b'<a>x','é</a>',b''))
t(lambda:P(target=Tg())._parse_whole(F(b'<a/>')))
show("== events")
p=P(); q=[]
class Q:
    def append(s,x): show('Q',x)
t(p._setevents); t(p._setevents,1); t(p._setevents,q,1); t(p._setevents,q,['foo']); t(p._setevents,q,[5]); t(p._setevents,q,['start','end','start-ns','end-ns','comment','pi']); t(p.feed,doc); t(p.close)
for ev in q: show(ev)
p=P(); q=[]; p._setevents(q); p.feed(doc); show(q)
p=P(); q=[]; p._setevents(q,b'start' and [b'start']) if 0 else t(p._setevents,q,[b'start'])
p=P(); t(p._setevents,Q(),('end',)); p.feed(doc)
p=P(target=Tg()); t(p._setevents,[],('end',))
p=P(target=Tb()); t(p._setevents,q,('end',)); t(p.feed,doc); show(q)
class Tns(T):
    def start_ns(s,*a): show('sns',a); return a
    def end_ns(s,*a): show('ens',a)
p=P(target=Tns()); t(p.feed,doc)
show("== XML()")
t(ET.XML,'<a/>'); t(ET.fromstring,b'<?xml version="1.0" encoding="iso-8859-2"?><a>\xe4</a>'); t(lambda:ET.fromstring('<?xml version="1.0" encoding="cp437"?><a>é\x7f</a>').text);t(lambda:ET.fromstring('<?xml version="1.0" encoding="cp437"?><a>é\x7f</a>'.encode('cp437')).text)
try: ET.XML('<a><b>')
except ET.ParseError as e: traceback.print_exc(file=sys.stdout)
t(m._set_factories,1,2); t(m._set_factories,None,None); t(m._set_factories,ET.Comment,ET.PI); t(m._set_factories,1)
t(m._set_factories,ET.Comment,ET.PI)
show("== calls of copy.deepcopy")
n=0
def prof(f,ev,arg):
    global n
    if ev=='call' and f.f_code.co_name=='deepcopy': n+=1
root=ET.XML('<a x="1"><b>t</b><c q="2"><d/>tail</c></a>')
sys.setprofile(prof); copy.deepcopy(root); sys.setprofile(None); show(n); n=0
sys.setprofile(prof); root.__deepcopy__({}); sys.setprofile(None); show(n)
n=0; x=E('a',{'b':[1]}); x.text=['q']; memo={}
sys.setprofile(prof); y=x.__deepcopy__(memo); sys.setprofile(None); show(n, y.text, y.text is x.text, y.attrib, len(memo), list(map(type,memo.values())))
a1=m.ParseError; del sys.modules['_elementtree']; import _elementtree as m2; show(m2 is m, m2.ParseError is a1, m2.Element is E)
e=E('a'); show(e.__sizeof__()); e.attrib; show(e.__sizeof__()); e=E('a'); e.get('x'); show(e.__sizeof__()); e.items(),e.keys(),list(e.iter()), copy.copy(e); show(e.__sizeof__()); e.set('k','v'); show(e.__sizeof__()); e.clear(); show(e.__sizeof__());  e.append(e); del e[0]; show(e.__sizeof__()); e.extend([]); show(e.__sizeof__())
e=E('a'); e.extend([E('b')]*30);  show(e.__sizeof__()); del e[3:]; show(e.__sizeof__()); c=copy.copy(e); show(c.__sizeof__()); c=copy.deepcopy(e); show(c.__sizeof__()); e=E('a'); e.extend([E('b')]*30); show(copy.copy(e).__sizeof__(), copy.deepcopy(e).__sizeof__(), pickle.loads(pickle.dumps(e)).__sizeof__()); e[0:1]=[E('z')]*5; show(e.__sizeof__()); e=E('a'); e[:]=[E('b')]*5; show(e.__sizeof__())
e=ET.XML('<a><b/><b/><b/><b/><b/></a>'); show(e.__sizeof__(), e[0].__sizeof__())
show(gc.is_tracked(E('a')), gc.is_tracked(T()), gc.is_tracked(P()))
def G(*a): return a
E2=type('E2',(E,),{'__init__':lambda s,*a:None}); x=E2(); t(lambda:(x.tag,x.text,x.tail,x.attrib,list(x),repr(x)))
x=E.__new__(E); t(lambda:(x.tag,x.text)); t(E.__init__,x,'q'); t(lambda:x.tag); x.append(E('1')); x.text='p'; t(E.__init__,x,'r',{'s':1}); t(lambda:(x.tag,x.text,x.attrib,list(x)))
p=P.__new__(P); t(p.feed,'<a/>'); t(p.close); t(lambda:(p.entity,p.target)); t(p._setevents,[])
b=T.__new__(T); t(b.start,'a',{}); t(b.data,'x'); t(b.close); t(b.comment,'x'); t(b.pi,'x')
e=E('a'); e.append(E('b')); t(lambda:list(e.iter(b'*'))); t(lambda:list(e.iter('b')));t(lambda:list(e.iter(None,)));t(e.iter,1,2);t(e.iter,foo=2)
b=T(); x=b.start('a',{}); x.text='pre'; b.data('x'); b.data('y'); b.end('a'); show(x.text); x.tail='p'; b.comment('q'); b.data('tt'); b.comment('k'); show(x.tail)
b=T(); x=b.start('a',{}); b.data('x');b.comment('c'); b.data('y'); b.data('z'); b.end('a'); show(x.text)
b=T(); x=b.start('a',{}); b.data('x');b.data('x2');b.comment('c'); x.text; b.data('y'); b.data('z'); b.end('a'); show(x.text)
b=T(); x=b.start('a',{}); x.text=5; b.data('y'); t(b.end,'a'); t(lambda:x.text)
b=T(); x=b.start('a',{}); x.text=''; b.data('y'); t(b.end,'a'); t(lambda:x.text)
e=E('a',{'k':'v'}); e.append(E('b')); e.__setstate__({'tag':'z','_children':[]}); t(lambda:e.attrib)
e=E('a',{'k':'v'}); e.append(E('b')); e.__setstate__({'tag':'z','attrib':{'q':1}}); t(lambda:(e.attrib,list(e)))
t(e.__setstate__,{'tag':'q',1:2}); t(e.__setstate__,{'tag':'q','text':None,'tail':3}); show(e.tail)
t(lambda:ET.parse(io.StringIO('<?xml version="1.0" encoding="iso-8859-2"?><a>é</a>')).getroot().text)
t(m._set_factories,None,1);t(m._set_factories,ET.Comment,1);t(m._set_factories,ET.Comment,ET.PI)
p=P()
class Tg:
    def start(s,*a): 
        t(p.feed,'<z/>')
p=P(target=Tg()) 
# nested feed crashes the reference
show(len(pickle.dumps(ET.XML('<a>x</a>'))))
# missing attributes on target
class O: pass
p=P(target=O()); t(p.feed,'<!DOCTYPE a SYSTEM "s"><a x="1">t<b/>&foo;</a>'); t(p.close)
class O2:
    def data(s,d): show('data',d)
p=P(target=O2()); p.entity['foo']='bar'; t(p.feed,'<!DOCTYPE a SYSTEM "s"><a x="1">t<b/>&foo;</a>'); t(p.close)
p=P(target=O2()); t(p.feed,'<!DOCTYPE a SYSTEM "s"><a x="1">t<b/>&foo;</a>'); t(p.close)
class O3:
    def __getattr__(s,n): show('get',n); raise AttributeError(n)
p=P(target=O3())
class O4:
    def __getattr__(s,n): raise KeyError(n)
t(P,target=O4())
class O5:
    def doctype(s,*a): show(a)
    def end(s,*a): show(a)
p=P(target=O5()); t(p.feed,'<!DOCTYPE a><b/>')
p=P(target=O5()); t(p.feed,'<!DOCTYPE a SYSTEM "x"><b/>')
p=P(); p.entity['foo']=E('el'); t(p.feed,'<!DOCTYPE a SYSTEM "s"><a x="1">&foo;</a>'); t(lambda:p.close().text)
class PD(dict):
    def __missing__(s,k): return 'miss'+k
t(lambda:type(P().entity))
p=P(); q=[]; p._setevents(q,('start','end')); p.feed('<a>x<b/>'); show(q); p._setevents(q,('end',)); p.feed('</a>'); show(q)
# iterators
e=ET.XML('<a>1<b>2<c>3</c>4</b>5<d/>6</a>'); show(list(e.itertext()), [x.tag for x in e.iter()])
it=e.iter(); show(next(it).tag); e.append(E('new')); show([x.tag for x in it]); t(next,it)
it=e.iter(); next(it);next(it); e.clear(); show([x.tag for x in it])
t(e.iter().__length_hint__ if hasattr(e.iter(),'__length_hint__') else int)
show(e.iter().__sizeof__(), sys.getsizeof(e.iter()))
# mutation in compare
class Evil(str):
    def __eq__(s,o):
        e[:]=[]; return False
    __hash__=str.__hash__
e=E('r'); e.extend([E(Evil('q')),E('b')]); t(e.find,'b'); t(list,e)
e=E('r'); e.extend([E(Evil('q')),E('b')]); t(e.findall,'b')
e=E('r'); e.extend([E(Evil('q')),E('b')]); t(e.findtext,'b')
e=E('r'); e.extend([E(Evil('q')),E('b')]); t(lambda:list(e.iter('b')))
class X:
    def __eq__(s,o): e.clear(); return False
class EE(E):
    def __eq__(s,o): return True
e=E('r'); e.extend([EE('q'),E('b')]); t(e.remove,E('zz')); t(list,e)
class EE(E):
    def __eq__(s,o): 1/0
e=E('r'); e.extend([EE('q'),E('b')]); t(e.remove,E('zz')); t(list,e)
# copy.deepcopy hooks
class S2(E):
    def __deepcopy__(s,m): return 5
e=E('r'); e.append(S2('q')); t(copy.deepcopy,e)
class S3(E):
    def __deepcopy__(s,m): return E('fine')
e=E('r'); e.append(S3('q')); t(lambda:list(copy.deepcopy(e)))
e=E('r'); c=E('c'); e.append(c); e.append(c); d=copy.deepcopy(e); show(d[0] is d[1])
e=E('r',{'a':5,'b':(1,[2])}); d=copy.deepcopy(e); show(d.attrib, d.attrib['b'] is e.attrib['b'], d.attrib['b'][1] is e.attrib['b'][1])
show(E.__init__.__doc__ is None, E.find.__doc__, E.__hash__ is object.__hash__)
t(E('a').__eq__,1); t(E('a').__len__); t(E.__getitem__, E('a'),0); t(lambda:E('a')<E('b'))
t(P().feed,b'\xff\xfe<\0a\0/\0>\0'); t(lambda:ET.XML(b'\xef\xbb\xbf<a/>')); t(ET.XML,b'<?xml version="1.0" encoding="shift_jis"?><a/>'); t(ET.XML,b'<?xml version="1.0" encoding="foo"?><a/>')
d='<a>'*5000+'</a>'*5000; e=ET.XML(d); show(len(list(e.iter()))); del e
t(T().data); t(T().end); t(T().close,1); t(T().comment); t(T().pi)
b=T(element_factory=lambda t,a:None); t(b.start,'a',{}); t(b.data,'x'); t(b.end,'a'); t(b.close)
e=ET.XML('<a xmlns="u" xmlns:q="{v" q:x="1" y="2"/>'); show(e.tag,e.attrib)

