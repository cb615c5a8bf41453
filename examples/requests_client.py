"""requests against a server on loopback: methods, JSON, redirects, cookies, uploads, streaming, errors."""
import http.server
import json
import threading

import requests


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def answer(self, status, body=b'', **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace('_', '-'), value)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == '/away':
            self.answer(302, Location='/data?x=1', Set_Cookie='seen=yes')
        elif self.path == '/stream':
            self.send_response(200)
            self.send_header('Transfer-Encoding', 'chunked')
            self.end_headers()
            for i in range(3):
                line = b'line %d\n' % i
                self.wfile.write(b'%x\r\n%s\r\n' % (len(line), line))
            self.wfile.write(b'0\r\n\r\n')
        elif self.path == '/secret' and not self.headers.get('Authorization'):
            self.answer(401, WWW_Authenticate='Basic realm="r"')
        elif self.path == '/missing':
            self.answer(404, b'not there')
        else:
            self.answer(200, json.dumps({'path': self.path, 'cookie': self.headers.get('Cookie'), 'auth': self.headers.get('Authorization')}).encode(),
                        Content_Type='application/json')

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.answer(201, b'%d %s' % (len(body), self.headers['Content-Type'].split(';')[0].encode()))

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = 'http://127.0.0.1:%d' % server.server_port
with requests.Session() as session:
    session.trust_env = False
    r = session.get(url + '/away')
    print(r.status_code, [h.status_code for h in r.history], r.json(), session.cookies.get_dict())
    print(session.get(url + '/q', params={'a': [1, 2], 'b': '\xe9'}).json()['path'])
    print(session.get(url + '/secret').status_code, session.get(url + '/secret', auth=('user', 'word')).json()['auth'])
    print(session.post(url + '/p', json={'x': 1}).text, session.post(url + '/p', data={'k': 'v'}).text)
    print(session.post(url + '/p', files={'f': ('n.txt', b'content')}).text.split()[1])
    print(list(session.get(url + '/stream', stream=True).iter_lines()))
    try:
        session.get(url + '/missing').raise_for_status()
    except requests.HTTPError as e:
        print(str(e).replace(url, '<url>'))
    try:
        session.get('http://127.0.0.1:1/', timeout=5)
    except requests.ConnectionError as e:
        print(type(e).__name__)
server.shutdown()
