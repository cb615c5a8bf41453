# slow
"""Every function of _testcapi, _testmultiphase, _testbuffer and _sqlite3, with generated and with chosen arguments."""
import datetime
import os
import sys
import tempfile
import time
import types

import _sqlite3
import _testbuffer
import _testcapi
import _testmultiphase

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from builds import DEBUG
from every_function import ADDRESS, calls, every, in_child, outcome

# They end the process, write anywhere, or hand out what has no fixed value; below they get fitting arguments.
SKIP = '''PyDateTime_DATE_GET PyDateTime_TIME_GET PyDateTime_DELTA_GET PyDateTime_GET call_in_temporary_c_thread
check_pyobject_freed_is_freed check_pyobject_forbidden_bytes_is_freed check_pyobject_null_is_freed
check_pyobject_uninitialized_is_freed crash_no_current_thread dict_get_version fatal_error getbuffer_with_null_view
getargs_s_hash_int getargs_s_hash_int2 join_temporary_c_thread pymem_api_misuse pymem_buffer_overflow
pymem_malloc_without_gil pyobject_malloc_without_gil pyvectorcall_call set_exc_info set_exception stack_pointer
type_get_version unicode_asucs4 pymarshal_read_last_object_from_file pymarshal_read_long_from_file
pymarshal_read_object_from_file pymarshal_read_short_from_file pymarshal_write_long_to_file pymarshal_write_object_to_file
return_result_with_error raise_SIGINT_then_send_None set_nomemory pymem_getallocatorsname return_null_without_error'''.split()
NOW = datetime.datetime(2020, 2, 3, 4, 5, 6, 7, tzinfo=datetime.timezone.utc)


class Sub(datetime.datetime):
    pass


def show(function, *arguments, **keywords):
    print(getattr(function, '__name__', function), outcome(function, arguments, keywords))


def datetimes():
    moments = [NOW, Sub(2021, 1, 1), datetime.datetime(1, 1, 1), datetime.datetime.max]
    for macro in (0, 1):
        for moment in moments:
            show(_testcapi.PyDateTime_GET, moment, macro)
            show(_testcapi.PyDateTime_DATE_GET, moment, macro)
        for t in (datetime.time(1, 2, 3, 4), datetime.time.max, datetime.time(tzinfo=datetime.timezone.utc)):
            show(_testcapi.PyDateTime_TIME_GET, t, macro)
        for d in (datetime.timedelta(1, 2, 3), datetime.timedelta.max, datetime.timedelta(-1)):
            show(_testcapi.PyDateTime_DELTA_GET, d, macro)
        for name in ('get_date_fromdate', 'get_datetime_fromdateandtime', 'get_datetime_fromdateandtimeandfold', 'get_time_fromtime',
                     'get_time_fromtimeandfold', 'get_delta_fromdsu'):
            for arguments in ((2020, 2, 3), (2020, 2, 3, 4, 5, 6, 7), (2020, 2, 3, 4, 5, 6, 7, 1), (4, 5, 6, 7), (4, 5, 6, 7, 1), (1, 2, 3), (0, 0, 0)):
                show(getattr(_testcapi, name), macro, *arguments)
        show(_testcapi.get_date_fromtimestamp, 1e9)
        show(_testcapi.get_datetime_fromtimestamp, 1e9, datetime.timezone.utc, macro)
        show(_testcapi.get_timezone_utc_capi, macro)
        for offset in (datetime.timedelta(), datetime.timedelta(hours=1), datetime.timedelta(hours=-23, minutes=-59)):
            show(_testcapi.make_timezones_capi) if offset else show(_testcapi.get_timezones_offset_zero)
    for name in ('date', 'time', 'datetime', 'delta', 'tzinfo'):
        for value in (NOW, NOW.date(), NOW.time(), datetime.timedelta(1), datetime.timezone.utc, Sub(2020, 1, 1), 1, None, object):
            for exact in (False, True):
                show(getattr(_testcapi, 'datetime_check_' + name), value, exact)


def threads():
    for _ in range(3):
        out = []
        show(_testcapi.call_in_temporary_c_thread, lambda: out.append(1))
        print(out)
    show(_testcapi.call_in_temporary_c_thread, lambda: out.append(2), False)
    show(_testcapi.join_temporary_c_thread)
    print(out)
    out = []
    for _ in range(10):
        show(_testcapi._pending_threadfunc, lambda: out.append(1))
    deadline = time.monotonic() + 20
    while len(out) < 10 and time.monotonic() < deadline:
        time.sleep(0.01)
    print(len(out))
    out = []
    import _thread
    me = _thread.get_ident()
    _testcapi._test_thread_state(lambda: out.append(_thread.get_ident() == me))
    print(out[0], len(out))


def versions():
    d = {'a': 1}
    first = _testcapi.dict_get_version(d)
    d['b'] = 2
    second = _testcapi.dict_get_version(d)
    d['b'] = 2
    print(second > first, _testcapi.dict_get_version({}) != second)
    show(_testcapi.dict_get_version, 1)

    class A:
        x = 1
    A().x
    first = _testcapi.type_get_version(A)
    A.x = 2
    print(_testcapi.type_get_version(A) != first)
    show(_testcapi.type_get_version, 1)
    print(_testcapi.stack_pointer() != 0)


def exceptions():
    for value in (ValueError(1), KeyError('k'), None):
        show(_testcapi.set_exc_info, type(value) if value else None, value, None)
        print(sys.exc_info())

    def inside():
        try:
            1 / 0
        except ZeroDivisionError:
            old = _testcapi.set_exc_info(KeyError, KeyError(1), None)
            return old[0], sys.exc_info()[:2]
    show(inside)

    def generator():
        try:
            yield 1
        except KeyboardInterrupt:
            yield 'interrupted'
    g = generator()
    next(g)
    try:
        show(_testcapi.raise_SIGINT_then_send_None, g)
        for _ in range(1000):
            pass
    except KeyboardInterrupt:
        print('interrupted outside')
    for arguments in ((bytearray(b'x'),), (bytearray(b'x'), 'a'), (1,)):
        show(_testcapi.getargs_s_hash_int, *arguments)
        show(_testcapi.getargs_s_hash_int2, *arguments)
    for callable_ in (len, lambda *a, **k: (a, k), [].append, print, object(), 1):
        show(_testcapi.pyvectorcall_call, callable_, ([1],))
        show(_testcapi.pyvectorcall_call, callable_, (1,), {'a': 2})
    for text in ('', 'abc', '\xe9', 'a\u20ac', 'x\U0001f600'):
        show(_testcapi.unicode_asucs4, text, 10, 1)
        show(_testcapi.unicode_asucs4, text, 10, 0)
        show(_testcapi.unicode_asucs4, text, 1, 1)


def wrong_results():
    """The debug build, which would stop, is asked to raise as others do."""
    os.environ['KRAIT_TOLERATE_RESULTS'] = '1'
    for function in _testcapi.return_null_without_error, _testcapi.return_result_with_error:
        show(function)
        show(function, 1)


def allocator():
    """The debug build puts its guards around the allocator, whose name then ends so."""
    name = _testcapi.pymem_getallocatorsname()
    print(name.removesuffix('_debug'), name.endswith('_debug') == DEBUG)
    show(_testcapi.pymem_getallocatorsname, 1)


def frames():
    def f(a, b=2):
        c = a + b
        frame = sys._getframe()
        return frame, c
    frame = f(1)[0]
    for name in ('getlocals', 'getglobals', 'getbuiltins', 'getlasti'):
        function = getattr(_testcapi, 'frame_' + name)
        result = function(frame)
        print(name, type(result).__name__, sorted(result)[:3] if name == 'getlocals' else result if name == 'getlasti' else len(result) > 5)

    def g():
        frame = sys._getframe()
        yield _testcapi.frame_getgenerator(frame)
    made = g()
    print(next(made) is made)
    code = compile('x = a + 1', '<made>', 'exec')
    show(_testcapi.frame_new, code, {'a': 1}, {})
    names = {'a': 4}
    show(_testcapi.eval_code_ex, code, names, names)
    print(names['x'])
    show(_testcapi.eval_code_ex, f.__code__, {}, None, [1], {'b': 5})
    show(_testcapi.eval_code_ex, (lambda *, k: k).__code__, {}, None, (), {}, (), {'k': 3})
    show(_testcapi.code_newempty, 'file', 'function', 12)
    for name in ('function_get_code', 'function_get_globals', 'function_get_module'):
        print(name, type(getattr(_testcapi, name)(f)).__name__)
    for call in (f, len, [].append, int, types.MethodType(f, 1), 1):
        show(_testcapi.eval_get_func_name, call)
        show(_testcapi.eval_get_func_desc, call)
    events = []

    def hook(*arguments):
        events.append(arguments)
    show(_testcapi.settrace_to_record, events)
    len([1])
    f(1)
    sys.settrace(None)
    print([(e[1], e[2].f_code.co_name if hasattr(e[2], 'f_code') else type(e[2]).__name__) for e in events if len(e) > 2][:12])


def parsing():
    """PyArg_ParseTupleAndKeywords in every format, with every value."""
    from every_function import values
    for letter in ('b', 'B', 'h', 'H', 'i', 'I', 'l', 'k', 'L', 'K', 'n', 'c', 'C', 'd', 'f', 'D', 's', 's*', 'z', 'z*', 'y', 'y*', 'w*', 'S', 'U', 'Y', 'O', 'p'):
        for v in values():
            show(_testcapi.parse_tuple_and_keywords, (v,), {}, letter, ['a'])
    for arguments, keywords, format_, names in (
            ((1, 2), {}, 'OO', ['a', 'b']), ((1,), {'b': 2}, 'O|O', ['a', 'b']), ((1,), {'a': 2}, 'O|O', ['a', 'b']),
            ((), {'b': 2}, 'O|O', ['a', 'b']), ((1, 2, 3), {}, 'O|O', ['a', 'b']), ((1,), {'c': 2}, 'O|O', ['a', 'b']),
            ((1,), {'c': 3}, 'O|O$O', ['a', 'b', 'c']), ((1, 2, 3), {}, 'O|O$O', ['a', 'b', 'c']), ((1,), {}, 'O:name', ['a']),
            ((), {}, 'O:name', ['a']), ((), {}, 'O;message', ['a']), ((1, 2), {}, 'O;message', ['a']), (((1, 2),), {}, '(ii)', ['a']),
            (((1, 'x'),), {}, '(ii)', ['a']), ((1,), {}, '(ii)', ['a']), (((1, 2, 3),), {}, '(ii)', ['a']), ((1,), {}, 'O', ['', 'b']),
            ((1, 2), {}, 'OO', ['', 'b']), ((), {'': 1}, 'O', ['']), ((1,), {}, 'Q', ['a']), ((1,), {}, 'O)', ['a']),
            ((1,), {}, 'O|', ['a']), ((1,), {}, '$|O', ['a']), ((1, 2), {}, 'O', ['a', 'b']), ((1,), {}, 'OO', ['a']),
            ((1,), {}, 'O|OO', ['a']), (('x',), {1: 2}, 's|i', ['a', 'b']), ((1,), {'\ud800': 1}, 'O', ['a']), ((b'x',), {}, 'et', ['a']),
            ((1,), {'zz': 1, 'yy': 2}, 'O', ['a']), ((), {}, '|O', ['a']), ((1,), {}, '', []), ((), {}, '', []), ((), {'a': 1}, '', [])):
        show(_testcapi.parse_tuple_and_keywords, arguments, keywords, format_, names)


def files():
    import marshal
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'file')
        for version in range(5):
            for value in (1, -2**40, 'abc', [1, (2, 3.5)], {'a': b'x'}, frozenset({1}), 1j, None, compile('1', 'f', 'eval')):
                _testcapi.pymarshal_write_object_to_file(value, path, version)
                with open(path, 'rb') as f:
                    data = f.read()
                print(version, data == marshal.dumps(value, version), outcome(_testcapi.pymarshal_read_object_from_file, (path,), {}),
                      outcome(_testcapi.pymarshal_read_last_object_from_file, (path,), {}))
            _testcapi.pymarshal_write_long_to_file(0x12345678, path, version)
            show(_testcapi.pymarshal_read_long_from_file, path)
            show(_testcapi.pymarshal_read_short_from_file, path)
        for data in (b'', b'\x01', b'i', b'[\1\0\0\0', b'zz'):
            with open(path, 'wb') as f:
                f.write(data)
            for name in ('long', 'short', 'object', 'last_object'):
                show(getattr(_testcapi, 'pymarshal_read_%s_from_file' % name), path)


def fatal():
    """What ends the process says the same before it does."""
    import subprocess
    for text in ('fatal_error(b"text")', 'fatal_error(b"text", True)', 'crash_no_current_thread()', 'pymem_api_misuse()', 'pymem_buffer_overflow()',
                 'pymem_malloc_without_gil()', 'pyobject_malloc_without_gil()'):
        done = subprocess.run([sys.executable, '-X', 'faulthandler', '-c', 'import _testcapi; _testcapi.' + text],
                              capture_output=True, env=os.environ | {'PYTHONMALLOC': 'debug'})
        lines = done.stderr.decode().splitlines()
        print(text, done.returncode, [ADDRESS.sub('0x', line) for line in lines if line.startswith(('Fatal', 'Debug memory block', 'Enable'))][:3])


def buffers():
    """ndarray against memoryview, for formats, shapes and requests."""
    from _testbuffer import ndarray
    flags = {name: getattr(_testbuffer, name) for name in dir(_testbuffer) if name.startswith(('ND_', 'PyBUF_'))}
    print(sorted(flags.items()))
    for format_, items in (('B', range(12)), ('b', range(-6, 6)), ('h', range(12)), ('<i', range(12)), ('>q', range(12)), ('d', map(float, range(12))),
                           ('?', [True, False] * 6), ('c', [bytes([i]) for i in range(12)]), ('2s', [b'ab'] * 12), ('BB', [(1, 2)] * 12)):
        items = list(items)
        for shape in ([12], [3, 4], [2, 3, 2], [4, 3]):
            for kind in (0, _testbuffer.ND_FORTRAN, _testbuffer.ND_PIL):
                try:
                    a = ndarray(items, shape=shape, format=format_, flags=kind | _testbuffer.ND_WRITABLE)
                except Exception as e:
                    print(format_, shape, kind, type(e).__name__, e)
                    continue
                print(format_, shape, kind, a.ndim, a.shape, a.strides, a.suboffsets, a.itemsize, a.nbytes, a.readonly,
                      a.c_contiguous, a.f_contiguous, a.contiguous, a.offset, outcome(a.tolist, (), {}), outcome(a.tobytes, (), {}))
                view = memoryview(a)
                print(view.format, view.shape, view.strides, view.suboffsets, view.contiguous, outcome(view.tolist, (), {}), outcome(view.tobytes, (), {}),
                      outcome(view.hex, (), {}), outcome(view.__getitem__, (0,), {}), outcome(view.__getitem__, (slice(None, None, -1),), {}))
                for order in 'CFA':
                    show(_testbuffer.py_buffer_to_contiguous, a, order, _testbuffer.PyBUF_FULL_RO)
                    show(_testbuffer.is_contiguous, a, order)
                    for write in (_testbuffer.PyBUF_READ, _testbuffer.PyBUF_WRITE):
                        show(_testbuffer.get_contiguous, a, write, order)
                for name in sorted(flags):
                    if name.startswith('PyBUF_') and name not in ('PyBUF_READ', 'PyBUF_WRITE'):
                        print(name, outcome(ndarray, (a,), {'getbuf': flags[name]}))
                for index in ([0], [1], [-1], [0, 0], [0, 0, 0], [99]):
                    print(index, type(outcome(_testbuffer.get_pointer, (a, index), {})).__name__, outcome(a.__getitem__, (tuple(index),), {}))
    for s, n in ((slice(1, 5, 2), 10), (slice(None), 3), (slice(-1, None, -1), 4), (slice('a'), 1)):
        show(_testbuffer.slice_indices, s, n)
    show(_testbuffer.get_sizeof_void_p)
    show(_testbuffer.cmp_contig, b'ab', b'ab')
    x = _testbuffer.staticarray()
    print(memoryview(x).tolist()[:5], bytes(memoryview(x))[:5])
    a = ndarray([1, 2, 3], shape=[3], flags=_testbuffer.ND_VAREXPORT | _testbuffer.ND_WRITABLE)
    a.push([4, 5], shape=[2])
    print(a.tolist())
    a.pop()
    print(a.tolist(), outcome(a.pop, (), {}), outcome(a.memoryview_from_buffer, (), {}))


def database():
    """The types of _sqlite3 by way of every method, each with generated arguments."""
    import sqlite3
    c = sqlite3.connect(':memory:')
    c.execute('create table t(a, b blob)')
    c.executemany('insert into t values(?, ?)', [(1, b'xyz'), ('two', None), (3.5, b'')])
    c.row_factory = sqlite3.Row
    row, cursor, blob = c.execute('select * from t').fetchone(), c.cursor(), c.blobopen('t', 'b', 1)
    for thing in (row, cursor, blob, c):
        for name in sorted(dir(thing)):
            if name.startswith('__') and name not in ('__getitem__', '__len__', '__enter__', '__exit__', '__call__', '__setitem__', '__eq__'):
                continue
            if name in ('iterdump', 'close', '__exit__', 'load_extension', 'interrupt', 'total_changes') or name.startswith('set_trace'):
                continue

            def body():
                member = getattr(thing, name)
                if not callable(member):
                    print(outcome(lambda: member, (), {}))
                    return
                for arguments, keywords in list(calls(2))[::3]:
                    print(outcome(member, arguments, keywords))
            in_child('%s.%s' % (type(thing).__name__, name), body)

    class Sum:
        def __init__(self): self.n = 0
        def step(self, x): self.n += x if isinstance(x, (int, float)) else 0
        def finalize(self): return self.n
        def value(self): return self.n
        inverse = step
    c.create_aggregate('mysum', 1, Sum)
    show(lambda: tuple(c.execute('select mysum(a) from t').fetchone()))
    c.create_window_function('mywin', 1, Sum)
    show(lambda: [tuple(r) for r in c.execute('select mywin(a) over (order by rowid) from t')])
    c.create_function('bad', 1, lambda x: 1 / 0)
    show(lambda: c.execute('select bad(1)').fetchall())
    c.create_collation('rev', lambda a, b: (a < b) - (a > b))
    show(lambda: [tuple(r) for r in c.execute("select * from (values ('a'), ('b')) order by 1 collate rev")])
    seen = []
    c.set_trace_callback(seen.append)
    c.execute('select 1').fetchall()
    c.set_trace_callback(None)
    c.set_authorizer(lambda *a: sqlite3.SQLITE_DENY)
    show(c.execute, 'select * from t')
    c.set_authorizer(None)
    other = sqlite3.connect(':memory:')
    blob.close()
    cursor.close()
    c.close()
    c = sqlite3.connect(':memory:')
    c.execute('create table t(a, b blob)')
    c.execute('insert into t values (1, 2)')
    c.commit()
    c.backup(other, progress=lambda *a: seen.append(a))
    print(seen, len(c.serialize()) > 100)
    other.deserialize(c.serialize())
    print(list(other.iterdump()))
    for pragma in ('getlimit', 'setlimit'):
        for category in range(14):
            show(getattr(c, pragma), category, *([5] if pragma == 'setlimit' else []))
    c.close()
    show(c.execute, 'select 1')
    show(cursor.execute, 'select 1')
    show(sqlite3.adapt, 1)
    sqlite3.register_adapter(Sum, lambda s: 'adapted')
    show(sqlite3.adapt, Sum())


sys.stdin.close()
_testcapi.test_datetime_capi()
every(_testcapi, skip=SKIP)
for module in _testmultiphase, _testbuffer, _sqlite3:
    every(module)
for part in (datetimes, threads, versions, wrong_results, allocator, exceptions, frames, parsing, files, fatal, buffers, database):
    in_child(part.__name__, part, 100)
