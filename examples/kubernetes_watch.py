"""A pod watcher: the kubernetes client follows a watch of a server on loopback that speaks the API's protocol."""
import http.server
import json
import threading
import urllib.parse

from kubernetes import client, watch


def pod(name, version, phase):
    return {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': name, 'namespace': 'default', 'resourceVersion': str(version), 'labels': {'app': name}},
            'spec': {'containers': [{'name': 'main', 'image': 'image:1'}]}, 'status': {'phase': phase}}


EVENTS = [('ADDED', pod('web-1', 11, 'Pending')), ('MODIFIED', pod('web-1', 12, 'Running')), ('ADDED', pod('web-2', 13, 'Running')),
          ('DELETED', pod('web-1', 14, 'Succeeded')), ('BOOKMARK', {'kind': 'Pod', 'apiVersion': 'v1', 'metadata': {'resourceVersion': '20'}})]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        parts = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(parts.query)
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        if query.get('watch'):
            self.send_header('Transfer-Encoding', 'chunked')
            self.end_headers()
            for kind, thing in EVENTS:
                if int(thing['metadata']['resourceVersion']) > int(query.get('resourceVersion', ['0'])[0]):
                    line = json.dumps({'type': kind, 'object': thing}).encode() + b'\n'
                    self.wfile.write(b'%x\r\n%s\r\n' % (len(line), line))
            self.wfile.write(b'0\r\n\r\n')
        else:
            items = [] if 'labelSelector' in query else [pod('web-0', 10, 'Running')]
            body = json.dumps({'apiVersion': 'v1', 'kind': 'PodList', 'metadata': {'resourceVersion': '10'}, 'items': items}).encode()
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
configuration = client.Configuration()
configuration.host = 'http://127.0.0.1:%d' % server.server_port
core = client.CoreV1Api(client.ApiClient(configuration))
pods = core.list_namespaced_pod('default')
print([p.metadata.name for p in pods.items], pods.metadata.resource_version, core.list_pod_for_all_namespaces(label_selector='a=b').items)
watcher = watch.Watch()
count = 0
for event in watcher.stream(core.list_namespaced_pod, 'default', resource_version=pods.metadata.resource_version, timeout_seconds=5):
    thing = event['object']
    if event['type'] != 'BOOKMARK':
        print(event['type'], thing.metadata.name, thing.status.phase, thing.spec.containers[0].image, event['raw_object']['metadata']['resourceVersion'])
    count += 1
    if count >= 4:
        watcher.stop()
print(watcher.resource_version)
server.shutdown()
