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


def count_refs(obj):
    """References to obj, without those of who asks: this function's name for it and an argument."""
    return sys.getrefcount(obj) - 2


items = [1, 2, 3]
print('count_refs:', count_refs(items), count_refs([]))
others = [items, {'key': items}]
print('count_refs:', count_refs(items))

# Break it intentionally: what is given away and never taken back.
held = []


def leak(value, seen=[]):
    seen.append(value)


for i in range(3):
    node = Node(i)
    node.next = node
    leak(node)
    held.append(weakref.ref(node))
del node
gc.collect()
print('kept by a default argument:', [r() is not None for r in held])
leak.__defaults__[0].clear()
print('a cycle each:', [r() is not None for r in held], gc.collect(), [r() is not None for r in held])
