"""serve.py: http.server answers 1,000 requests of curl; prints whether its memory stayed flat."""
import os
import re
import subprocess
import sys
import tempfile


def rss(pid):
    with open('/proc/%d/status' % pid) as f:
        return int(re.search(r'VmRSS:\s+(\d+)', f.read())[1])


with tempfile.TemporaryDirectory() as folder:
    with open(os.path.join(folder, 'index.html'), 'w') as f:
        f.write('<p>hello</p>\n' * 100)
    server = subprocess.Popen([sys.executable, '-u', '-m', 'http.server', '--bind', '127.0.0.1', '0'],
                              cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = re.search(r'port (\d+)', server.stdout.readline())[1]
        url = 'http://127.0.0.1:%s/index.html' % port
        sizes, good = [], 0
        for part in range(4):
            result = subprocess.run(['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}\n', url + '?[1-250]'],
                                    capture_output=True, text=True)
            good += result.stdout.split().count('200')
            sizes.append(rss(server.pid))
    finally:
        server.kill()
        server.wait()
print(good, 'answers;', 'flat' if sizes[-1] <= sizes[0] * 1.05 + 512 else 'growing: %s KiB' % sizes)
