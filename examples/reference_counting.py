"""Reference counts: what adds one, what takes one away, when an object dies."""
import gc
import sys
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.next = None


x = [1, 2, 3]
print('one name:', sys.getrefcount(x))          # the argument counts as well
y = x
print('two names:', sys.getrefcount(x))
holder = [x, x]
print('and twice in a list:', sys.getrefcount(x))
del y
holder.clear()
print('back to one:', sys.getrefcount(x))

node = Node('a')
ref = weakref.ref(node, lambda r: print('died'))
del node
print('weak reference:', ref())

gc.collect()
a, b = Node('a'), Node('b')
a.next, b.next = b, a
ref = weakref.ref(a)
del a, b
print('a cycle stays:', ref() is not None)
print('collected:', gc.collect())
print('gone:', ref() is None)

print('small ints are shared:', int('256') is int('256'), int('257') is int('257'))
print('interned:', sys.intern('hello world!') is sys.intern('hello world!'))
