"""psutil: what the system says about this process and its children."""
import os
import subprocess
import sys

import psutil

me = psutil.Process()
child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)
kids = me.children()
print([k.pid == child.pid for k in kids], kids[0].ppid() == os.getpid(), kids[0].is_running())
print(me.pid == os.getpid(), me.cwd() == os.getcwd(), me.cmdline()[-1].endswith('psutil_report.py'), me.username() != '')
with me.oneshot():
    print(me.memory_info().rss > 1 << 20, me.cpu_times().user >= 0, me.num_fds() > 2, me.num_threads() >= 1, me.status())
with open(__file__) as f:
    print(any(o.path == os.path.realpath(__file__) for o in me.open_files()))
child.communicate(b'\n')
gone, alive = psutil.wait_procs(kids, timeout=20)
print(len(gone), len(alive), psutil.pid_exists(os.getpid()))
print(psutil.virtual_memory().total > 0, psutil.cpu_count() >= 1, psutil.disk_usage('/').total > 0, 'lo' in psutil.net_if_addrs())
try:
    psutil.Process(2 ** 22 + 5)
except psutil.NoSuchProcess as e:
    print(type(e).__name__, e.pid)
