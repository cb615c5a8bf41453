"""The collector: cycles, finalisers, weak references, generations, long chains."""
import gc, _weakref, sys
gc.collect()                    # what start-up left
class A:
    pass
gc.collect()               # what start-up left
a=A(); a.me=a; log=[]
w=_weakref.ref(a, lambda r: log.append('dead'))
del a
print(gc.collect(), log, w())
class F:
    def __del__(self): log.append('del')
f=F(); f.x=f; del f
print(gc.collect(), log)
# resurrection
keep=[]
class R:
    def __del__(self): keep.append(self)
r=R(); r.x=r; del r
print(gc.collect(), len(keep)); keep.clear(); print(gc.collect(), len(keep))
# big structure
l=[]
for i in range(300000):
    d={'a':i,'l':[]}
    d['l'].append(d)
    l.append(d)
print(len(l)); del l,d
print(gc.collect())
print(gc.get_count()[1:], gc.get_threshold())
t=(1,2,(3,4)); print(gc.is_tracked(t), gc.is_tracked({}), gc.is_tracked({'a':1}), gc.is_tracked({'a':[]}), gc.is_tracked([]), gc.is_tracked(1), gc.is_tracked(()))
gc.collect(); print(gc.is_tracked(t))
x=[]
for i in range(200000): x=[x]
del x
x=()
for i in range(200000): x=(x,)
del x
x=None
for i in range(200000): x={'a':x}
del x
class N: pass
n=N()
for i in range(100000):
    m=N(); m.n=n; n=m
del n,m
cb=[]
gc.callbacks.append(lambda p,i: cb.append((p,i['generation'])))
gc.collect(); print(cb); gc.callbacks.clear()
print(gc.get_referrers(A)!=[], gc.get_referents([1,2]))
gc.freeze(); print(gc.get_freeze_count()>100); gc.unfreeze(); print(gc.get_freeze_count())
print(len(gc.get_objects())>100, [s.keys() for s in gc.get_stats()][0])
big=tuple(range(100000)); big2=[big]*10
for i in range(100): q=tuple(range(20000)); w=[q]; w.append(w)
gc.collect()
print(sys.getsizeof(A()), sys.getsizeof([]), sys.getsizeof({}), sys.getsizeof(()), sys.getsizeof(''), sys.getsizeof(1), sys.getsizeof(A), sys.getsizeof(sum), sys.getsizeof(lambda:1), sys.getsizeof(set()))
# a generator in a cycle closes its file before the file complains
import warnings
def lines():
    try:
        f = open(__file__)
        yield f.readline()
        yield next
    finally:
        f.close()
class It:
    next = lines().__next__
It.next()
It.me = It
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    del It
    gc.collect()
    print(caught)

# descriptors are tracked, whatever their type
print(gc.is_tracked(str.join), gc.is_tracked(int.real), gc.is_tracked(list.__len__), gc.is_tracked(dict.fromkeys))


import asyncio
import socket


# An object with __del__ ends what it holds before that ends by itself, also if that is of a class without __del__.
class HoldsSocket:
    def __init__(self):
        self.me = self
        self.sockets = [socket.socket() for _ in range(3)]

    def __del__(self):
        print([s.fileno() >= 0 for s in self.sockets])
        for s in self.sockets:
            s.close()


for _ in range(20):
    HoldsSocket()
    gc.collect()
asyncio.new_event_loop()
gc.collect()
