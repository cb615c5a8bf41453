"""pickle.dumps of lists, dicts and instances."""
import pickle

N = 60


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


def document():
    return {'points': [Point(i, i * 0.5) for i in range(300)],
            'table': {f'key {i}': (i, str(i), [i] * 3) for i in range(300)},
            'bytes': [bytes([i & 255]) * 10 for i in range(300)]}


def run(n):
    data = document()
    return sum(len(pickle.dumps(data, protocol)) for protocol in (2, 4, 5) for _ in range(n // 3))
