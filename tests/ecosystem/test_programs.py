# slow
"""Real work with compiled packages, those that are installed: a short program for each."""
import importlib.util
import sys
import warnings

from parts import part

warnings.simplefilter('ignore')


@part('lxml')
def lxml_trees():
    from lxml import etree, html, objectify
    tree = etree.XML('<a x="1"><b>t</b><b>u</b><!-- c --></a>')
    print(etree.tostring(tree), tree.xpath('//b/text()'), [e.tag for e in tree][:2])
    sheet = etree.XSLT(etree.XML(
        '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
        '<xsl:template match="/"><r><xsl:value-of select="count(//b)"/></r></xsl:template></xsl:stylesheet>'))
    print(str(sheet(tree)))
    record = objectify.fromstring('<r><n>5</n><s>q</s></r>')
    print(record.n + 3, record.s, objectify.dump(record))
    print(html.fromstring('<p>hi<br>you').text_content())
    try:
        etree.XML('<a>')
    except etree.XMLSyntaxError as e:
        print(e)

    class Target:
        def start(self, tag, attributes): print('start', tag, dict(attributes))
        def end(self, tag): print('end', tag)
        def close(self): return 7
    print(etree.fromstring('<q a="1"><w/></q>', etree.XMLParser(target=Target())))
    namespace = etree.FunctionNamespace('urn:test')
    namespace['twice'] = lambda context, n: n * 2
    print(tree.xpath('t:twice(count(//b))', namespaces={'t': 'urn:test'}))


@part('greenlet')
def greenlets():
    import greenlet

    def deep(n):
        return n if n == 0 else deep(n - 1) + 1

    def count(x):
        for i in range(3):
            try:
                x = main.switch(x + i + deep(100))
            except KeyError as e:
                x = main.switch(repr(e))
        return 'done'
    main, other = greenlet.getcurrent(), greenlet.greenlet(count)
    print(other.switch(1), other.switch(10), other.throw(KeyError(5)), other.switch(7), other.dead)


@part('gevent')
def gevent_queue():
    import gevent
    import gevent.queue
    queue = gevent.queue.Queue()

    def produce():
        for i in range(3):
            queue.put(i)
            gevent.sleep(0)
    jobs = [gevent.spawn(produce), gevent.spawn(lambda: [queue.get() for _ in range(3)])]
    gevent.joinall(jobs, timeout=20)
    print(jobs[1].value)


@part('uvloop')
def uvloop_echo():
    import asyncio
    import uvloop

    async def main():
        async def handle(reader, writer):
            writer.write((await reader.readline()).upper())
            await writer.drain()
            writer.close()
        server = await asyncio.start_server(handle, '127.0.0.1', 0)
        reader, writer = await asyncio.open_connection('127.0.0.1', server.sockets[0].getsockname()[1])
        writer.write(b'hello\n')
        print(await reader.readline())
        writer.close()
        server.close()
    loop = uvloop.new_event_loop()
    loop.run_until_complete(main())
    loop.close()


@part('msgpack')
def msgpack_values():
    import datetime
    import msgpack
    print(msgpack.unpackb(msgpack.packb({'a': [1, 2.5, None, b'x', {'t': True}]})))
    moment = datetime.datetime(2020, 1, 2, 3, 4, 5, 678, tzinfo=datetime.timezone.utc)
    print(msgpack.unpackb(msgpack.packb(moment, datetime=True), timestamp=3))


@part('sqlalchemy')
def sqlalchemy_rows():
    import datetime
    import sqlalchemy as sql
    engine, meta = sql.create_engine('sqlite://'), sql.MetaData()
    table = sql.Table('t', meta, sql.Column('id', sql.Integer, primary_key=True), sql.Column('d', sql.DateTime))
    meta.create_all(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), [{'d': datetime.datetime(2020, 1, i)} for i in range(1, 5)])
        print(connection.execute(sql.select(table.c.id, table.c.d).where(table.c.id > 2)).fetchall())


@part('coverage')
def coverage_lines():
    import os
    import tempfile
    import coverage
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'part.py')
        with open(path, 'w') as f:
            f.write('def f(x):\n    if x:\n        return 1\n    return [i for i in range(2)\n            if i]\nf(1)\n')
        for branch in (False, True):
            run = coverage.Coverage(data_file=None, include=[path], branch=branch)
            run.start()
            exec(compile(open(path).read(), path, 'exec'), {})
            run.stop()
            print(run.analysis2(path)[1:4])


@part('line_profiler')
def line_profile():
    import line_profiler

    def work():
        total = 0
        for i in range(100):
            total += i
        return total
    profiler = line_profiler.LineProfiler(work)
    profiler.runcall(work)
    for (file, first, name), lines in profiler.get_stats().timings.items():
        print(name, [(line - first, hits) for line, hits, _ in lines])


@part('regex')
def regex_matches():
    import regex
    print(regex.findall(r'(?r)\p{L}+', 'a\xf1b 12 \xe7'), regex.sub(r'(?P<a>\w)\1*', r'<\g<a>>', 'aabbc'))
    print(regex.fullmatch('(?:foo){e<=1}', 'fo').fuzzy_counts)


@part('simplejson', 'ujson')
def json_texts():
    import simplejson
    import ujson
    print(simplejson.dumps({'a': [1, 1.5, '\xe9']}, sort_keys=True), simplejson.loads('[1,{"a":2}]'))
    print(ujson.dumps({'a': [1, 1.5, '\xe9']}), ujson.loads('[1,2.5]'))


@part('yaml')
def yaml_documents():
    import yaml
    print(yaml.load('a: [1, 2.5, 2020-01-02, ~]\nb: {c: d}', Loader=yaml.CSafeLoader))
    print(yaml.dump({'x': [1, 'y']}, Dumper=yaml.CSafeDumper))


@part('PIL')
def images():
    import hashlib
    import io
    from PIL import Image, ImageDraw, ImageFilter
    image = Image.new('RGB', (64, 64), 'red')
    ImageDraw.Draw(image).ellipse((5, 5, 50, 50), fill='blue')
    out = io.BytesIO()
    image.filter(ImageFilter.BLUR).resize((32, 32)).save(out, 'PNG')
    print(hashlib.md5(out.getvalue()).hexdigest())


@part('cryptography')
def cryptography_tokens():
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives import hashes
    box = Fernet(b'x' * 43 + b'=')
    print(box.decrypt(box.encrypt(b'hi')))
    digest = hashes.Hash(hashes.SHA256())
    digest.update(b'a')
    print(digest.finalize().hex())


@part('psutil')
def psutil_process():
    import os
    import psutil
    me = psutil.Process()
    print(me.pid == os.getpid(), me.num_threads() >= 1, psutil.cpu_count() > 0, me.memory_info().rss > 1000)


@part('zmq')
def zmq_pair():
    import zmq
    context = zmq.Context()
    a, b = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    a.bind('inproc://x')
    b.connect('inproc://x')
    a.send_json({'a': 1})
    print(b.recv_json())
    a.close()
    b.close()
    context.term()


@part('numpy')
def numpy_arrays():
    import numpy as np
    a = np.random.default_rng(3).normal(size=(50, 50))
    print(np.linalg.svd(a, compute_uv=False)[:3], np.sort(a, axis=None)[:2], a.astype('f4').tobytes()[:8])
    print(np.array(['2020-01-02', 'NaT'], 'M8[D]').tolist(), np.einsum('ij,ji', a, a))
    print(np.dtype([('x', 'i4'), ('y', 'S3')]), np.array([(1, b'q')], dtype='i4,S3'))


@part('pandas')
def pandas_frames():
    import io
    import pandas as pd
    frame = pd.read_csv(io.StringIO('a,b,t\n1,x,2020-01-01\n2,y,2020-02-03\n3,x,\n'), parse_dates=['t'])
    print(frame.groupby('b').a.sum().to_dict(), frame.dtypes.astype(str).to_dict(), frame.t.max(), frame.to_json())
    print(pd.date_range('2020-01-31', periods=3, freq='M', tz='Europe/Berlin').tolist())
    print(frame.describe().to_string())


@part('scipy')
def scipy_numbers():
    import numpy as np
    from scipy import integrate, optimize, sparse
    print(integrate.quad(np.sin, 0, 3), optimize.brentq(lambda x: x * x - 2, 0, 2))
    print(sparse.csr_matrix(np.eye(3)).dot(np.arange(3.0)))


@part('matplotlib')
def matplotlib_picture():
    import hashlib
    import io
    import matplotlib
    matplotlib.use('agg')
    from matplotlib import pyplot
    figure, axes = pyplot.subplots()
    axes.plot([1, 3, 2], label='a')
    axes.legend()
    out = io.BytesIO()
    figure.savefig(out, format='png', metadata={'Software': None})
    print(len(out.getvalue()), hashlib.md5(out.getvalue()).hexdigest())


@part('sklearn')
def sklearn_fit():
    import numpy as np
    from sklearn.linear_model import LinearRegression
    from sklearn.tree import DecisionTreeClassifier
    x = np.arange(20.0).reshape(10, 2)
    print(LinearRegression().fit(x, x.sum(axis=1)).predict(x[:2]))
    print(DecisionTreeClassifier(random_state=0).fit(x, x[:, 0] > 9).predict(x))


@part('h5py')
def h5py_file():
    import os
    import tempfile
    import h5py
    with tempfile.TemporaryDirectory() as folder:
        with h5py.File(os.path.join(folder, 'x.h5'), 'w') as f:
            f['a/b'] = [1.5, 2.5]
            f['a'].attrs['t'] = 'text'
            print(list(f['a']), f['a/b'][:], f['a'].attrs['t'])


@part('Cython')
def cython_compiler():
    from Cython.Compiler.Main import Context, CompilationOptions, default_options
    from Cython.Compiler import Version
    print(Version.version, bool(Context), bool(CompilationOptions), 'annotate' in default_options)
