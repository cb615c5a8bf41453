"""json.dumps of nested documents, plain and indented."""
import json

N = 60


def document(n):
    return {'items': [{'id': i, 'name': f'item {i}', 'price': i * 1.25, 'tags': ['a', 'b\n', 'é'],
                       'ok': i % 2 == 0, 'none': None} for i in range(n)],
            'nested': [[[i, [i]], {'k': i}] for i in range(n)]}


def run(n):
    data = document(300)
    size = 0
    for _ in range(n):
        size += len(json.dumps(data))
    for _ in range(n // 20):
        size += len(json.dumps(data, indent=2, sort_keys=True))
    return size
