"""bottle: routes, forms, templates, redirects and errors, called through WSGI."""
import bottle
import io

app = bottle.Bottle()


@app.route('/hello/<name>/<n:int>')
def hello(name, n):
    return bottle.template('<b>{{name}}</b> % {{n}}\n%for i in range(n):\n {{i}}\n%end\n', name=name, n=n)


@app.post('/form')
def form():
    return {'a': bottle.request.forms.get('a'), 'q': bottle.request.query.q}


@app.error(404)
def not_found(e):
    return 'nothing here ' + e.body


@app.route('/err')
def err():
    return 1 / 0


@app.route('/redir')
def redir():
    bottle.redirect('/hello/x/1')


def call(path, method='GET', body=b'', query=''):
    def start(status, headers, exc=None):
        print(status, sorted(headers))
    env = {'REQUEST_METHOD': method, 'PATH_INFO': path, 'QUERY_STRING': query, 'wsgi.input': io.BytesIO(body),
           'CONTENT_LENGTH': str(len(body)), 'CONTENT_TYPE': 'application/x-www-form-urlencoded', 'SERVER_NAME': 'x',
           'SERVER_PORT': '80', 'wsgi.url_scheme': 'http', 'wsgi.errors': io.StringIO(), 'SERVER_PROTOCOL': 'HTTP/1.1'}
    print(b''.join(app(env, start)))


call('/hello/w%C3%B6rld/3')
call('/hello/<x>/2')
call('/form', 'POST', b'a=1+2&b=%20', 'q=zz')
call('/nope')
call('/err')
call('/redir')
call('/form')
