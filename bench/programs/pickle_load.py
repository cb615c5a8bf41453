"""pickle.loads of lists, dicts and tuples."""
import pickle

N = 60


def run(n):
    data = {'table': {f'key {i}': (i, str(i), [i] * 3) for i in range(500)},
            'bytes': [bytes([i & 255]) * 10 for i in range(300)],
            'floats': [i / 7 for i in range(500)]}
    streams = [pickle.dumps(data, protocol) for protocol in (2, 4, 5)]
    for _ in range(n // 3):
        for stream in streams:
            back = pickle.loads(stream)
    assert back == data
    return [len(s) for s in streams]
