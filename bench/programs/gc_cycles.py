"""The collector: cycles made and dropped, many live objects, weak references."""
import gc
import weakref

N = 12000


class Node:
    def __init__(self, value):
        self.value = value
        self.next = self
        self.peers = [self]


def run(n):
    keep = [[i, {i: (i,)}] for i in range(n)]
    ring = None
    for i in range(n):
        node = Node(i)
        if ring is not None:
            node.next = ring
            ring.next = node
        ring = node if i % 10 else None
    table = weakref.WeakValueDictionary()
    alive = [Node(i) for i in range(n // 10)]
    for node in alive:
        table[node.value] = node
    del alive[::2], node
    gc.collect()
    return len(table), len(keep)
