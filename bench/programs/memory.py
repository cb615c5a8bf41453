"""Many objects at once: instances, tuples, strings, ints, nested containers."""
N = 25000


class Record:
    def __init__(self, number, name):
        self.number = number
        self.name = name
        self.links = []


class Small:
    __slots__ = ('left', 'right')

    def __init__(self, left, right):
        self.left = left
        self.right = right


def tree(depth):
    return Small(None, None) if depth == 0 else Small(tree(depth - 1), tree(depth - 1))


def count(node):
    return 1 if node.left is None else 1 + count(node.left) + count(node.right)


def run(n):
    records = [Record(i, f'record {i}') for i in range(n)]
    for i, record in enumerate(records):
        record.links.append(records[i * 7 % n])
    index = {record.name: record for record in records}
    pairs = [(record.number * 1000, record) for record in records]
    total = sum(record.links[0].number for _, record in pairs)
    for _ in range(4):
        total += count(tree(11))
    return total, len(index)
