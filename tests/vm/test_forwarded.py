"""Calls that hand on a tuple and a dict; list.append of a local: what stands in the callee, errors, events while traced."""
import sys
def f(*a, **k): return a, k
def g(*a): return a
def h(*a, **k):
    yield a; yield k
t=(1,2); d={'a':1,'b':2}
r=f(*t, **d); print(r, r[1] is d, r[0]==t, sys.getsizeof(r[1]), sys.getsizeof(f()[1]), sys.getsizeof(f(**{'x':1})[1]))
print(g(*t), g(*[1,2]), g(*()), g(*t)==t, list(h(*t, **d)), f(*t, x=1, **d), f(**d), f(*[]))
for bad in ('f(**{1:2})','g(**d)','f(*t, a=1, **d)','g(*3)','f(**3)','g(*t, **{"z":1})'):
    try: print(eval(bad))
    except TypeError as e: print(bad, e)
class S(str): pass
k=f(**{S('q'):1})[1]; print(k, type(list(k)[0]).__name__)
big={str(i):i for i in range(1000)}
for i in range(995): del big[str(i)]
print(f(**big), sys.getsizeof(f(**big)[1]))
x=f(*t,**d)[1]; x['new']=5; print(d)
def loop():
    l=[]
    ev=[]
    def tr(fr,e,a):
        ev.append((e,fr.f_lineno-fr.f_code.co_firstlineno)); return tr
    for rounds in range(30):
        if rounds==25: sys.settrace(tr); sys._getframe().f_trace=tr
        for i in range(3):
            l.append(i)
        if rounds==27: sys.settrace(None)
    return ev, l[-3:]
print(loop())
def unbound(c):
    l=[]
    for i in range(30):
        if c and i==29: del v
        else: v=i
        l.append(v)
try: unbound(1)
except UnboundLocalError as e: print(e)
class L(list): pass
def many(x):
    for i in range(40): x.append(i)
    return len(x)
print(many([]), many(L()), many(__import__('collections').deque()), many([]))
class Loud(list):
    def append(self,x): print('loud') if x==39 else None
print(many(Loud()))
def temp(i):
    [].append(i); [Del()].append(i)
class Del:
    def __del__(self):
        global n; n+=1
n=0
for i in range(50): temp(i)
print(n)
import dis
for instruction in dis.get_instructions(many):
    print(instruction.opname, instruction.arg)


# whose tuple and dict the function gets
def all_of(*args, **kwargs):
    return args, kwargs


def counts_of(*args):
    return sys.getrefcount(args)


given, named = (1, 2), {'a': 1}
for _ in range(20):
    args, kwargs = all_of(*given, **named)
    results = [args is given, kwargs is named, counts_of(*given), counts_of(*list(given)), counts_of(*(given + (3,)))]
    args, kwargs = all_of(*(given + (3,)), **dict(named))
    results += [args, kwargs, sys.getrefcount(args), sys.getrefcount(kwargs), all_of(*())[0] is all_of()[0]]
print(results)
