# slow
"""The examples that need packages, those whose packages are installed."""
import importlib.util
import os
import subprocess
import sys

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), 'examples')
for name, package in (('numpy_threads', 'numpy'), ('psutil_report', 'psutil'), ('requests_client', 'requests'), ('kubernetes_watch', 'kubernetes'),
                      ('boto3_sign', 'boto3'), ('line_profile', 'line_profiler'), ('memory_profile', 'memory_profiler')):
    if importlib.util.find_spec(package):
        done = subprocess.run([sys.executable, os.path.join(FOLDER, name + '.py')], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=120)
        print('----', name, done.returncode)
        print(done.stdout.decode())
