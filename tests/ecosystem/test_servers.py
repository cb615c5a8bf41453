# slow
"""Programs of several processes with installed packages: dask.distributed, gunicorn with Flask, Django, Jupyter's kernel, aiohttp."""
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings

from parts import part

warnings.simplefilter('ignore')
folder = tempfile.mkdtemp()
os.chdir(folder)


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def fetch(url, tries=100):
    for i in range(tries):
        try:
            with urllib.request.urlopen(url, timeout=20) as r:
                return r.status, r.read().decode()
        except urllib.error.HTTPError as e:
            return e.code, e.read().decode()[:60]
        except OSError:
            time.sleep(0.3)
    return 'no answer'


@part('distributed')
def dask_cluster():
    """A scheduler and two workers, each a process of its own; sums, futures, a failing task, data that is kept."""
    with open('cluster.py', 'w') as f:
        f.write('''
import dask, os, sys
import dask.bag
from distributed import Client, LocalCluster

def square(x): return x * x
def fail(x): raise ValueError('no %d' % x)
def where(): return os.getpid()

if __name__ == '__main__':
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host='127.0.0.1') as cluster, Client(cluster) as client:
        client.wait_for_workers(2)
        print(client.gather(client.map(square, range(10))))
        print(client.submit(sum, client.map(square, range(100))).result())
        print(len(set(client.run(where).values())), os.getpid() in client.run(where).values())
        try:
            client.submit(fail, 3).result()
        except ValueError as e:
            print(repr(e))
        tree = [dask.delayed(square)(i) for i in range(8)]
        while len(tree) > 1:
            tree = [dask.delayed(lambda a, b: a + b)(a, b) for a, b in zip(tree[::2], tree[1::2])]
        print(tree[0].compute())
        print(sorted(dask.bag.from_sequence(range(30), npartitions=4).map(square).filter(lambda x: x % 3 == 0).topk(3).compute()))
        try:
            import numpy, dask.array as da
            x = da.arange(10000, chunks=1000)
            print(float((x * 2).sum().compute()), x.reshape(100, 100).T.mean(axis=0)[:3].compute().tolist())
        except ImportError:
            print('no numpy')
''')
    done = subprocess.run([sys.executable, '-W', 'ignore', 'cluster.py'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=200)
    print(done.returncode, done.stdout.decode())


@part('gunicorn', 'flask')
def gunicorn_flask():
    with open('site_app.py', 'w') as f:
        f.write('''
import os
from flask import Flask, request, jsonify, abort, session
app = Flask(__name__)
app.secret_key = 'x'
@app.route('/')
def index(): return 'hello'
@app.route('/add/<int:a>/<int:b>')
def add(a, b): return jsonify(sum=a + b, q=request.args.get('q'))
@app.route('/fail')
def fail(): 1 / 0
@app.route('/gone')
def gone(): abort(410)
@app.route('/pid')
def pid(): return str(os.getpid())
''')
    port = free_port()
    url = 'http://127.0.0.1:%d' % port
    server = subprocess.Popen([sys.executable, '-m', 'gunicorn', '-w', '2', '-b', '127.0.0.1:%d' % port, 'site_app:app'], stderr=subprocess.DEVNULL)
    try:
        for path in ('/', '/add/2/3?q=%C3%A9', '/fail', '/gone', '/missing', '/add/x/3'):
            print(path, fetch(url + path))
        pids = {fetch(url + '/pid')[1] for _ in range(40)}
        print(len(pids) in (1, 2), str(server.pid) in pids)
        server.send_signal(signal.SIGHUP)
        time.sleep(1)
        print(fetch(url + '/'))
    finally:
        server.send_signal(signal.SIGTERM)
        print(server.wait(60))


@part('django')
def django_site():
    os.makedirs('shop/migrations', exist_ok=True)
    open('shop/__init__.py', 'w').close()
    open('shop/migrations/__init__.py', 'w').close()
    with open('shop/models.py', 'w') as f:
        f.write('''
from django.db import models
class Author(models.Model):
    name = models.CharField(max_length=50)
    def __str__(self): return self.name
class Book(models.Model):
    title = models.CharField(max_length=50, unique=True)
    author = models.ForeignKey(Author, models.CASCADE, related_name='books')
    price = models.DecimalField(max_digits=6, decimal_places=2)
    added = models.DateTimeField()
''')
    with open('manage.py', 'w') as f:
        f.write('''
import datetime, decimal, sys
from django.conf import settings
from django.urls import path
from django.http import JsonResponse
settings.configure(DEBUG=False, SECRET_KEY='x', ROOT_URLCONF=__name__, ALLOWED_HOSTS=['*'], USE_TZ=True, DEFAULT_AUTO_FIELD='django.db.models.AutoField',
    INSTALLED_APPS=['django.contrib.contenttypes', 'django.contrib.auth', 'shop'], DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'db.sqlite3'}},
    MIDDLEWARE=['django.middleware.common.CommonMiddleware'], TEMPLATES=[{'BACKEND': 'django.template.backends.django.DjangoTemplates'}],
    PASSWORD_HASHERS=['django.contrib.auth.hashers.MD5PasswordHasher'])
import django
django.setup()
from django.core.management import call_command, execute_from_command_line
def books(request):
    from shop.models import Book
    return JsonResponse({'books': [[b.title, str(b.price), b.author.name] for b in Book.objects.select_related('author').order_by('title')]})
urlpatterns = [path('books/', books)]
if __name__ == '__main__':
    call_command('makemigrations', 'shop', verbosity=1)
    call_command('migrate', verbosity=1)
    from shop.models import Author, Book
    from django.db import IntegrityError, connection, transaction
    from django.db.models import Avg, Count, F, Q
    now = datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc)
    a, b = Author.objects.create(name='A'), Author.objects.create(name='B')
    Book.objects.bulk_create([Book(title='t%d' % i, author=a if i % 3 else b, price=decimal.Decimal(i) / 4, added=now + datetime.timedelta(days=i)) for i in range(10)])
    print(list(Author.objects.annotate(n=Count('books'), mean=Avg('books__price')).values_list('name', 'n', 'mean')))
    print(Book.objects.filter(Q(price__gt=1) & ~Q(author__name='B')).count(), Book.objects.filter(added__year=2020).latest('added').title)
    Book.objects.update(price=F('price') + 1)
    try:
        with transaction.atomic():
            Book.objects.create(title='t1', author=a, price=1, added=now)
    except IntegrityError as e:
        print(e)
    from django.contrib.auth.models import User
    u = User.objects.create_user('user', password='word')
    print(u.check_password('word'), u.check_password('x'))
    from django.template import engines
    print(engines['django'].from_string('{% for b in books %}{{ b.title|upper }}:{{ b.price|floatformat:1 }} {% endfor %}{{ bad|default:"none" }}').render({'books': Book.objects.all()[:3]}))
    from django import forms
    class F(forms.Form):
        n = forms.IntegerField(min_value=3)
        e = forms.EmailField()
    f = F({'n': '2', 'e': 'x'})
    print(f.is_valid(), f.errors.as_json())
    from django.test import Client
    c = Client()
    print(c.get('/books/').json()['books'][:2], c.get('/missing/').status_code)
    print(str(Book.objects.filter(author__name='A').query))
''')
    done = subprocess.run([sys.executable, '-W', 'ignore', 'manage.py'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=200)
    print(done.returncode, done.stdout.decode(), done.stderr.decode()[-300:])


@part('ipykernel', 'jupyter_client')
def jupyter_kernel():
    import json
    from jupyter_client import BlockingKernelClient
    kernel = subprocess.Popen([sys.executable, '-W', 'ignore', '-m', 'ipykernel_launcher', '-f', os.path.join(folder, 'kernel.json')], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            if os.path.exists('kernel.json') and os.path.getsize('kernel.json') > 100:
                break
            time.sleep(0.2)
        client = BlockingKernelClient(connection_file=os.path.join(folder, 'kernel.json'))
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(timeout=100)

        def cell(code):
            def show(message):
                content = message['content']
                kind = message['msg_type']
                if kind == 'stream':
                    print(content['name'], repr(content['text']))
                elif kind in ('execute_result', 'display_data'):
                    print(kind, content['data'].get('text/plain'))
                elif kind == 'error':
                    print(kind, content['ename'], content['evalue'])
            # an error must not abort a cell that follows too soon
            reply = client.execute_interactive(code, output_hook=show, stop_on_error=False, timeout=60)
            print(reply['content']['status'], reply['content']['execution_count'])
        for code in ('6 * 7', 'print("out"); x = 3', 'x + 1', '1/0', 'def (', 'import sys; print("err", file=sys.stderr)', 'import asyncio\nawait asyncio.sleep(0, 5)',
                     '%timeit -n 1 -r 1 -q 1', '!echo shell', 'class A:\n    def _repr_pretty_(self, p, c): p.text("pretty")\nA()', '_', 'x?'[:1]):
            cell(code)
        client.complete('x.bit_l', 7)
        print(client.get_shell_msg(timeout=60)['content']['matches'])
        client.inspect('len', 2)
        print(client.get_shell_msg(timeout=60)['content']['found'])
        client.shutdown()
        print(kernel.wait(60))
        client.stop_channels()
    finally:
        kernel.kill()


@part('aiohttp')
def aiohttp_server():
    import asyncio
    import aiohttp
    from aiohttp import web

    async def main():
        async def hello(request):
            return web.json_response({'q': dict(request.query), 'body': (await request.text())[:20], 'm': request.match_info.get('name')})

        async def talk(request):
            socket_ = web.WebSocketResponse()
            await socket_.prepare(request)
            async for message in socket_:
                if message.data == 'end':
                    break
                await socket_.send_str(message.data.upper())
            return socket_
        app = web.Application()
        app.add_routes([web.get('/h/{name}', hello), web.post('/h/{name}', hello), web.get('/ws', talk)])
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, '127.0.0.1', 0)
        await site.start()
        base = 'http://127.0.0.1:%d' % site._server.sockets[0].getsockname()[1]
        async with aiohttp.ClientSession() as session:
            async with session.get(base + '/h/x?a=1') as r:
                print(r.status, await r.json())
            async with session.post(base + '/h/y', data=b'z' * 100000) as r:
                print(r.status, await r.json())
            async with session.get(base + '/none') as r:
                print(r.status)
            async with session.ws_connect(base + '/ws') as ws:
                await ws.send_str('hello')
                print((await ws.receive()).data)
                await ws.send_str('end')
            results = await asyncio.gather(*[session.get(base + '/h/%d' % i) for i in range(50)])
            print({r.status for r in results})
        await runner.cleanup()
    asyncio.run(main())


@part('google.protobuf')
def protobuf_messages():
    from google.protobuf import descriptor_pb2, json_format, struct_pb2, text_format, timestamp_pb2
    file = descriptor_pb2.FileDescriptorProto(name='x.proto', package='p')
    message = file.message_type.add(name='M')
    message.field.add(name='n', number=1, type=5, label=1)
    message.field.add(name='s', number=2, type=9, label=3)
    from google.protobuf import descriptor_pool, message_factory
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    M = message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName('p.M'))
    m = M(n=5, s=['a', 'b'])
    data = m.SerializeToString()
    print(data, M.FromString(data) == m, text_format.MessageToString(m), json_format.MessageToDict(m))
    s = struct_pb2.Struct()
    s.update({'a': 1, 'b': [True, None, 'x']})
    print(json_format.MessageToJson(s, sort_keys=True), timestamp_pb2.Timestamp(seconds=5).ToJsonString())
    for bad in (lambda: M(n='x'), lambda: M.FromString(b'\xff'), lambda: M(zz=1)):
        try:
            bad()
        except Exception as e:
            print(type(e).__name__, e)


@part('psycopg2')
def psycopg2_loads():
    import datetime
    import psycopg2
    import psycopg2.extensions
    print(psycopg2.extensions.adapt(datetime.date(2020, 1, 1)).getquoted())
    print(psycopg2.extensions.parse_dsn('host=x dbname=y'), psycopg2.extensions.make_dsn(host='a b'))
    try:
        psycopg2.connect(host='127.0.0.1', port=1, connect_timeout=2)
    except psycopg2.OperationalError as e:
        print(str(e).splitlines()[0])


os.chdir('/')
shutil.rmtree(folder, ignore_errors=True)
