"""A memory profiler as a decorator, for functions that are paid by the memory they take."""
import functools
import json
import os
import tracemalloc


def memory_profile(send, limit=128 << 20, top=2):
    """Trace each call; `send` gets a metric with the peak and the lines that hold most."""
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            tracemalloc.start(5)
            before = tracemalloc.take_snapshot()
            try:
                return function(*args, **kwargs)
            finally:
                current, peak = tracemalloc.get_traced_memory()
                after = tracemalloc.take_snapshot()
                tracemalloc.stop()
                lines = after.filter_traces([tracemalloc.Filter(True, __file__)]).compare_to(before, 'lineno')
                send({'function': function.__name__, 'current': current, 'peak': peak, 'limit': limit,
                      'top': [(os.path.basename(s.traceback[0].filename), s.size_diff) for s in lines[:top]]})
        return wrapper
    return decorate


metrics = []
kept = []


@memory_profile(metrics.append)
def handler(event, context=None):
    """Builds a large list and returns a small answer."""
    rows = [bytes(1000) for _ in range(event['rows'])]
    return {'statusCode': 200, 'body': json.dumps(len(rows))}


@memory_profile(metrics.append)
def leaking(event):
    kept.append(bytearray(event['bytes']))


@memory_profile(metrics.append)
def failing(event):
    raise ValueError(event)


print(handler({'rows': 2000}), handler.__name__, handler.__doc__)
leaking({'bytes': 500_000})
try:
    failing({})
except ValueError as e:
    print('ValueError', e)
for metric in metrics:
    print(metric['function'], 'peak above 2 MB:', metric['peak'] > 2_000_000, 'still held: %d KB' % (metric['current'] // 100_000 * 100),
          [(name, size // 100_000) for name, size in metric['top'] if size > 100_000])
print('traced now:', tracemalloc.is_tracing())
