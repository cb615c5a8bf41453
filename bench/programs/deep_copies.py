"""copy.copy and copy.deepcopy of lists, dicts and instances."""
import copy

N = 30


class Node:
    def __init__(self, name, parent=None):
        self.name = name
        self.parent = parent
        self.children = []
        self.data = {'name': name, 'list': [1, 2, [3]], 'tuple': (1, 'a')}


def run(n):
    root = Node('root')
    for i in range(12):
        child = Node(f'child {i}', root)
        child.children = [Node(f'{i}.{j}', child) for j in range(3)]
        root.children.append(child)
    count = 0
    for _ in range(n):
        other = copy.deepcopy(root)
        count += len(other.children)
        count += len(copy.copy(other).data)
        count += len(copy.deepcopy([[i, {i: (i,)}] for i in range(30)]))
    return count
