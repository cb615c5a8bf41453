"""json.loads of nested documents."""
import json

N = 60


def run(n):
    data = {'items': [{'id': i, 'name': f'item {i}', 'price': i * 1.25, 'tags': ['a', 'b\n', 'é'],
                       'ok': i % 2 == 0, 'none': None} for i in range(400)],
            'nested': [[[i, [i]], {'k': i}] for i in range(400)]}
    text = json.dumps(data)
    for _ in range(n):
        back = json.loads(text)
    assert back == data
    return len(text)
