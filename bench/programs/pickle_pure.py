"""The pickle module's Python classes, both ways."""
import io
import pickle

N = 6


def run(n):
    data = {'table': {f'key {i}': (i, str(i), [i] * 3) for i in range(300)},
            'bytes': [bytes([i & 255]) * 10 for i in range(200)],
            'floats': [i / 7 for i in range(200)]}
    for _ in range(n):
        stream = io.BytesIO()
        pickle._Pickler(stream, 4).dump(data)
        stream.seek(0)
        back = pickle._Unpickler(stream).load()
    assert back == data
    return len(stream.getvalue())
