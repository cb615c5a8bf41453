# slow
"""venv, ensurepip and pip: environments, wheels, source distributions with C code, console scripts; all without a network."""
import base64
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile

KRAIT = sys.version.find('Krait') >= 0
SUFFIX = sysconfig.get_config_var('EXT_SUFFIX')
folder = os.path.realpath(tempfile.mkdtemp())
# Both under one name, as a drop-in replacement has it.
os.makedirs(os.path.join(folder, 'base/bin'))
PYTHON = os.path.join(folder, 'base/bin/python3.11')
os.symlink(os.path.realpath(sys.executable), PYTHON)


def neutral(text):
    text = text.replace(folder, '<folder>').replace(os.path.realpath(sys.executable), '<real>')
    text = text.replace(os.path.dirname(os.path.realpath(sys.executable)) + '\n', '<real folder>\n')
    text = re.sub(r'(filename=\S+ size=)\d+ sha256=\w+', r'\1', text)
    return re.sub(r'/tmp/[\w/.-]+', '<tmp>', text)


def run(*command, show=True, **keywords):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(('PYTHON', 'PIP_'))}
    environment |= {'PYTHONDONTWRITEBYTECODE': '1', 'PIP_DISABLE_PIP_VERSION_CHECK': '1', 'PIP_NO_INDEX': '1', 'PIP_NO_CACHE_DIR': '1', 'HOME': folder,
                    'LANG': 'C.UTF-8', 'PIP_ROOT_USER_ACTION': 'ignore'}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=environment | keywords.pop('env', {}), cwd=folder, **keywords)
    if show:
        print('$', neutral(' '.join(command))[:200], '->', done.returncode)
        print(neutral(done.stdout[-3000:]))
    return done.stdout


def tree(top):
    for path, folders, files in sorted(os.walk(top)):
        folders[:] = sorted(f for f in folders if f not in ('__pycache__', 'pip', 'setuptools', 'pkg_resources', '_distutils_hack') and not f.startswith(('pip-', 'setuptools-')))
        for name in sorted(files):
            full = os.path.join(path, name)
            print(neutral(full), '->', neutral(os.readlink(full)) if os.path.islink(full) else '' if name.endswith('.so') else os.path.getsize(full) if name.endswith('.py') else '')


def text_of(path):
    with open(os.path.join(folder, path)) as f:
        return neutral(f.read())


def environments():
    run(PYTHON, '-m', 'venv', '--without-pip', 'plain')
    tree('plain')
    print(text_of('plain/pyvenv.cfg'))
    for activate in ('activate', 'activate.csh', 'activate.fish', 'Activate.ps1'):
        print(activate, hashlib.md5(text_of('plain/bin/' + activate).encode()).hexdigest())
    show = ('import sys, site, sysconfig, os; print(sys.executable, sys.prefix, sys.base_prefix, sys.exec_prefix, sys._base_executable, sys.flags.no_user_site);'
            'print(sys.path, site.ENABLE_USER_SITE, site.getsitepackages(), sysconfig.get_path("purelib"), sysconfig.get_path("scripts"), sysconfig.get_path("include"));'
            'print(sysconfig.get_default_scheme(), sorted(os.path.basename(p) for p in site.PREFIXES))')
    for python in ('plain/bin/python', 'plain/bin/python3', 'plain/bin/python3.11'):
        run(os.path.join(folder, python), '-c', show)
    run(os.path.join(folder, 'plain/bin/python'), '-I', '-c', show)
    run('sh', '-c', '. plain/bin/activate && python -c "import sys; print(sys.prefix)" && echo $VIRTUAL_ENV && deactivate && echo $VIRTUAL_ENV.')
    run(PYTHON, '-m', 'venv', '--without-pip', '--system-site-packages', '--prompt', 'asked', '--copies', 'copied')
    print(text_of('copied/pyvenv.cfg'))
    run(os.path.join(folder, 'copied/bin/python'), '-c', show)
    run(PYTHON, '-m', 'venv', '--without-pip', '--clear', 'plain')
    run(PYTHON, '-m', 'venv', '--without-pip', '--upgrade', 'plain')
    # an environment out of an environment, and files that are not as venv writes them
    run(os.path.join(folder, 'plain/bin/python'), '-m', 'venv', '--without-pip', 'nested')
    print(text_of('nested/pyvenv.cfg'))
    run(os.path.join(folder, 'nested/bin/python'), '-c', 'import sys; print(sys.prefix, sys.base_prefix)')
    for cfg in ('home = %s\n', 'HOME=%s', '# home = /x\nhome = %s\nhome = /y\n', 'include-system-site-packages = TRUE\nhome = %s\n', '', 'nothing', 'home = /nowhere\n',
                'home = %s   \n\n[section]\nversion = 1'):
        with open(os.path.join(folder, 'plain/pyvenv.cfg'), 'w') as f:
            f.write(cfg.replace('%s', os.path.join(folder, 'base/bin')))
        run(os.path.join(folder, 'plain/bin/python'), '-c', 'import sys; print(sys.prefix, sys.base_prefix, sys.path[1:])')


def make_wheel(name, version, tag, files, scripts=''):
    info = '%s-%s.dist-info/' % (name, version)
    files = files | {info + 'METADATA': 'Metadata-Version: 2.1\nName: %s\nVersion: %s\n' % (name, version),
                     info + 'WHEEL': 'Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: %s\n' % tag,
                     info + 'entry_points.txt': scripts}
    record = ''
    path = os.path.join(folder, 'wheels', '%s-%s-%s.whl' % (name, version, tag))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with zipfile.ZipFile(path, 'w') as wheel:
        for file, text in sorted(files.items()):
            data = text.encode()
            record += '%s,sha256=%s,%d\n' % (file, base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode(), len(data))
            wheel.writestr(zipfile.ZipInfo(file, (2020, 1, 1, 0, 0, 0)), data)
        wheel.writestr(zipfile.ZipInfo(info + 'RECORD', (2020, 1, 1, 0, 0, 0)), record + info + 'RECORD,,\n')
    return path


def packages():
    run(PYTHON, '-m', 'venv', '--system-site-packages', 'env', show=False)
    python, pip = os.path.join(folder, 'env/bin/python'), [os.path.join(folder, 'env/bin/python'), '-m', 'pip']
    print(sorted(f for f in os.listdir(os.path.join(folder, 'env/bin'))))
    print(text_of('env/bin/pip').splitlines()[0])
    run(*pip, '--version')
    run(python, '-c', 'import ensurepip; print(ensurepip.version())')
    run(python, '-c', 'from pip._vendor.packaging.tags import sys_tags; t = [str(x) for x in sys_tags()]; print(len(t), t)')
    first = make_wheel('greet', '1.0', 'py3-none-any', {'greet/__init__.py': 'import sys\ndef main():\n    print("hello", sys.argv[1:], sys.prefix)\n    return 4\n'},
                       '[console_scripts]\ngreet-me = greet:main\n')
    linux = make_wheel('many', '2.0', 'cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64', {'many.py': 'x = 1\n'})
    other = make_wheel('older', '1.0', 'cp310-cp310-manylinux_2_17_x86_64', {'older.py': 'x = 1\n'})
    stable = make_wheel('stable', '1.0', 'cp37-abi3-linux_x86_64', {'stable.py': 'x = 1\n'})
    make_wheel('needs', '1.0', 'py3-none-any', {'needs.py': ''})
    run(*pip, 'install', first, linux, stable)
    run(*pip, 'install', other)
    run(os.path.join(folder, 'env/bin/greet-me'), 'a', 'b')
    print(text_of('env/bin/greet-me'))
    run(*pip, 'install', '--find-links', 'wheels', 'needs')
    run(*pip, 'show', '-f', 'greet')
    run(*pip, 'list', '--local', '--format', 'freeze')
    # a source distribution with C code
    source = os.path.join(folder, 'src/csum-0.3')
    os.makedirs(source)
    for name, text in (('csum.c', '#include <Python.h>\nstatic PyObject *add(PyObject *m, PyObject *a) { long x, y; if (!PyArg_ParseTuple(a, "ll", &x, &y)) return NULL; return PyLong_FromLong(x + y); }\n'
                        'static PyMethodDef f[] = {{"add", add, METH_VARARGS, "sum"}, {0}}; static struct PyModuleDef d = {PyModuleDef_HEAD_INIT, "csum", 0, -1, f};\n'
                        'PyMODINIT_FUNC PyInit_csum(void) { return PyModule_Create(&d); }\n'),
                       ('setup.py', 'from setuptools import setup, Extension\nsetup(name="csum", version="0.3", py_modules=["cli"], ext_modules=[Extension("csum", ["csum.c"])],\n'
                        '      entry_points={"console_scripts": ["csum = cli:main"]})\n'),
                       ('cli.py', 'import sys, csum\ndef main(): print(csum.add(*map(int, sys.argv[1:])))\n'),
                       ('PKG-INFO', 'Metadata-Version: 2.1\nName: csum\nVersion: 0.3\n')):
        with open(os.path.join(source, name), 'w') as f:
            f.write(text)
    sdist = shutil.make_archive(os.path.join(folder, 'csum-0.3'), 'gztar', os.path.dirname(source), 'csum-0.3')
    run(*pip, 'install', '--no-build-isolation', sdist)
    run(os.path.join(folder, 'env/bin/csum'), '20', '22')
    run(python, '-c', 'import csum, os; print(csum.add(1, 2), os.path.basename(csum.__file__))')
    run(*pip, 'uninstall', '-y', 'greet', 'csum')
    run(python, '-c', 'import greet')
    run(*pip, 'install', '--target', 'elsewhere', linux)
    tree('elsewhere')
    run(PYTHON, '-m', 'pip', 'install', first)


try:
    os.chdir(folder)
    environments()
    if all(importlib.util.find_spec(name) for name in ('ensurepip', 'pip', 'setuptools', 'wheel')):
        packages()
finally:
    os.chdir('/')
    shutil.rmtree(folder)
