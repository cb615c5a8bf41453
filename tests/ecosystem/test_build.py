# slow
"""Extensions built against the interpreter's headers by the tools people use: cython3, cffi, pybind11, setuptools.

Krait's own headers are used under Krait, Debian's under the reference.  A tool that is not installed is left out."""
import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '../..'))
KRAIT = sys.version.find('Krait') >= 0
INCLUDE = os.path.join(ROOT, 'include') if KRAIT else '/usr/include/python3.11'
SUFFIX = sysconfig.get_config_var('EXT_SUFFIX')


def part(condition):
    def decorate(function):
        if condition:
            print('----', function.__name__, flush=True)
            function()
    return decorate


def write(name, text):
    os.makedirs(os.path.dirname(name) or '.', exist_ok=True)
    with open(name, 'w') as f:
        f.write(text)
    return name


def run(*command, **keywords):
    environment = os.environ | {'CFLAGS': '-w -O1 -I' + INCLUDE} | keywords.pop('env', {})
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, **keywords)
    if done.returncode:
        print('failed', command[:3], done.returncode, done.stdout[-1500:])
    return done.stdout


def compile_module(source, name, *options, compiler='gcc'):
    run(compiler, '-shared', '-fPIC', '-w', '-O1', '-I' + INCLUDE, source, *options, '-o', name + SUFFIX)
    importlib.invalidate_caches()
    return importlib.import_module(name)


folder = tempfile.mkdtemp()
os.chdir(folder)
sys.path.insert(0, folder)


@part(shutil.which('cython3'))
def cython():
    write('shapes.pyx', '''
# cython: language_level=3
cimport cython
from libc.math cimport sqrt

cdef class Point:
    """A point."""
    cdef public double x, y
    cdef dict __dict__
    def __init__(self, double x, double y=0):
        self.x, self.y = x, y
    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)
    def __repr__(self):
        return f'Point({self.x}, {self.y})'
    @property
    def length(self):
        return sqrt(self.x * self.x + self.y * self.y)
    def __richcmp__(self, other, int op):
        return NotImplemented if op not in (2, 3) else (self.x == other.x) == (op == 2)
    def __getitem__(self, i):
        return (self.x, self.y)[i]
    def __len__(self): return 2

class Plain(Point):
    def hello(self, *args, key=None, **rest):
        return args, key, rest

cpdef long total(values) except? -1:
    cdef long s = 0
    for v in values:
        s += v
    return s

@cython.boundscheck(False)
def sum_buffer(double[:, :] m):
    cdef Py_ssize_t i, j
    cdef double s = 0
    with nogil:
        for i in range(m.shape[0]):
            for j in range(m.shape[1]):
                s += m[i, j]
    return s

def squares(n):
    for i in range(n):
        got = yield i * i
        if got: yield got

async def later(awaitable):
    async with awaitable as v:
        return [x async for x in v]

def closure(a):
    def inner(b=2, *, c=3):
        return a + b + c
    return inner

def trouble(x):
    try:
        return 1 / x
    except ZeroDivisionError as e:
        raise ValueError('no') from e
    finally:
        print('finally')

def text(s: str, b: bytes = b'q') -> str:
    cdef str t = s.upper()
    return f'{t!r:>8}' + b.decode() + ''.join([c for c in t if c.isalpha()])

def kinds(*args, **kw):
    return {k: v for k, v in sorted(kw.items())}, {a for a in args}, args[::-1], any(a > 1 for a in args)

cdef enum Colour: RED = 1, BLUE
cdef fused_total(cython.floating a, cython.floating b): return a + b
def fused(): return fused_total(<float>1, <float>2), fused_total(<double>1.5, <double>2), RED
''')
    run('cython3', '-3', 'shapes.pyx')
    m = compile_module('shapes.c', 'shapes')
    import array
    import asyncio
    p = m.Point(3, 4)
    p.extra = 1
    print(p, p + m.Point(1), p.length, p == m.Point(3, 9), p != m.Point(3), list(p), len(p), p.__dict__, m.Point.__doc__)
    print(m.Plain(1).hello(1, key=2, z=3), m.total([1, 2, 3]), m.closure(1)(), m.text('abc'), m.kinds(3, 1, b=2, a=1), m.fused())
    print(m.sum_buffer(memoryview(array.array('d', [1, 2, 3, 4])).cast('B').cast('d', [2, 2])))
    g = m.squares(4)
    print(next(g), g.send('in'), list(g))

    class Context:
        async def __aenter__(self):
            async def values():
                for i in range(3):
                    yield i
            return values()
        async def __aexit__(self, *a): pass
    print(asyncio.run(m.later(Context())))
    for bad in (lambda: m.trouble(0), lambda: m.total('ab'), lambda: m.Point(), lambda: m.Point('x'), lambda: m.text(1), lambda: m.Point(1, 2, 3),
                lambda: p < p, lambda: m.sum_buffer(b'x'), lambda: m.closure(1)(1, 2)):
        try:
            print(bad())
        except Exception as e:
            print(type(e).__name__, e, type(e.__cause__).__name__)
    import pickle
    import traceback
    try:
        pickle.dumps(p)
    except TypeError as e:
        print(e)
    try:
        m.trouble(0)
    except ValueError as e:
        print([(f.name, f.lineno, os.path.basename(f.filename)) for f in traceback.extract_tb(e.__traceback__)][1:])


@part(importlib.util.find_spec('cffi'))
def cffi():
    import cffi
    ffi = cffi.FFI()
    ffi.cdef('''typedef struct { int a; double b; char name[8]; } record;
                int add(int, int); double norm(record *); int apply(int (*)(int), int); extern int counter;
                #define LIMIT 42
                enum kind { ONE = 1, TWO };''')
    ffi.set_source('built', '''typedef struct { int a; double b; char name[8]; } record;
        static int add(int a, int b) { return a + b; } static double norm(record *r) { return r->a * r->b; }
        static int apply(int (*f)(int), int x) { return f(x) + 1; } int counter = 7;
        #define LIMIT 42
        enum kind { ONE = 1, TWO };''')
    os.environ['CFLAGS'] = '-w -O1 -I' + INCLUDE
    ffi.compile(tmpdir=folder)
    importlib.invalidate_caches()
    from built import ffi as f, lib
    r = f.new('record *', {'a': 3, 'b': 1.5, 'name': b'abc'})
    double = f.callback('int(int)')(lambda x: 2 * x)
    print(lib.add(2, 3), lib.norm(r), lib.apply(double, 20), lib.counter, lib.LIMIT, lib.TWO, f.string(r.name), f.sizeof('record'), f.typeof(r))
    lib.counter = 9
    for bad in (lambda: lib.add('x', 1), lambda: lib.add(2**40, 1), lambda: lib.nothing, lambda: f.new('int[2]', [1, 2, 3])):
        try:
            print(bad())
        except Exception as e:
            print(type(e).__name__, e)
    plain = cffi.FFI()
    plain.cdef('size_t strlen(const char *); int abs(int);')
    c = plain.dlopen(None)
    print(lib.counter, c.strlen(b'four'), c.abs(-3), bytes(plain.buffer(plain.new('char[]', b'xyz'))))


@part(os.path.exists('/usr/include/pybind11/pybind11.h'))
def pybind11():
    write('bound.cpp', r'''
#include <pybind11/pybind11.h>
#include <pybind11/eval.h>
#include <pybind11/stl.h>
#include <pybind11/functional.h>
#include <pybind11/operators.h>
namespace py = pybind11;
struct Animal { virtual ~Animal() {} virtual std::string go(int n) { std::string s; while (n--) s += "woof "; return s; } };
struct PyAnimal : Animal { using Animal::Animal; std::string go(int n) override { PYBIND11_OVERRIDE(std::string, Animal, go, n); } };
struct V { double x, y; V operator+(const V &o) const { return {x + o.x, y + o.y}; } };
enum class Colour { red, green };
PYBIND11_MODULE(bound, m) {
    m.doc() = "bound";
    py::class_<Animal, PyAnimal>(m, "Animal").def(py::init<>()).def("go", &Animal::go, py::arg("n") = 2);
    py::class_<V>(m, "V", py::buffer_protocol(), py::dynamic_attr()).def(py::init<double, double>(), py::arg("x"), py::arg("y") = 0.5).def_readwrite("x", &V::x)
        .def_property_readonly("y", [](const V &v) { return v.y; }).def(py::self + py::self)
        .def("__repr__", [](const V &v) { return "V(" + std::to_string(v.x) + ")"; })
        .def(py::pickle([](const V &v) { return py::make_tuple(v.x, v.y); }, [](py::tuple t) { return V{t[0].cast<double>(), t[1].cast<double>()}; }))
        .def_buffer([](V &v) { return py::buffer_info(&v.x, sizeof(double), py::format_descriptor<double>::format(), 1, {2}, {sizeof(double)}); });
    py::enum_<Colour>(m, "Colour").value("red", Colour::red).value("green", Colour::green).export_values();
    m.def("call", [](std::function<int(int)> f) { return f(20) + 1; });
    m.def("through", [](Animal *a) { return a->go(1); });
    m.def("words", [](std::vector<std::string> v, std::map<std::string, int> d) { d["n"] = (int)v.size(); return std::make_pair(v, d); });
    m.def("fail", []() { throw std::out_of_range("beyond"); });
    m.def("stop", []() { throw py::stop_iteration("s"); });
    m.def("overload", [](int) { return "int"; }); m.def("overload", [](const std::string &) { return "str"; });
    m.def("free", []() { py::gil_scoped_release r; py::gil_scoped_acquire a; return py::eval("1 + 1").cast<int>(); });
    m.def("args", [](py::args a, py::kwargs k) { return py::make_tuple(a.size(), k); });
    py::register_exception<std::domain_error>(m, "DomainError", PyExc_ValueError);
    m.def("domain", []() { throw std::domain_error("d"); });
}''')
    m = compile_module('bound.cpp', 'bound', '-std=c++17', compiler='g++')
    import pickle

    class Cat(m.Animal):
        def go(self, n): return 'meow' * n
    v = m.V(1) + m.V(2, y=3)
    v.extra = 5
    print(m.__doc__, m.Animal().go(), m.through(Cat()), v, v.x, v.y, v.extra, pickle.loads(pickle.dumps(v)), list(memoryview(v)))
    print(m.Colour.red, m.green, int(m.Colour.green), m.Colour.__members__, m.call(lambda x: 2 * x),
          m.words(['a', 'b'], {'q': 1}), m.overload(1), m.overload('x'), m.free(), m.args(1, 2, a=3))
    print(m.V.__init__.__doc__, m.words.__doc__)
    for bad in (m.fail, m.stop, m.domain, lambda: m.overload(1.5), lambda: m.V('x'), lambda: m.call(3), lambda: setattr(v, 'y', 1), lambda: m.call(lambda x: 'no'),
                lambda: m.Animal.go(1)):
        try:
            print(bad())
        except Exception as e:
            print(type(e).__name__, re.sub('0x[0-9a-f]+', '0x', str(e)))


EXTENSION = '''
#define PY_SSIZE_T_CLEAN
%s
#include <Python.h>
static PyObject *f(PyObject *self, PyObject *args) { Py_ssize_t n; const char *s; if (!PyArg_ParseTuple(args, "s#", &s, &n)) return NULL;
    return Py_BuildValue("(ns#)", n, s, n); }
static PyMethodDef methods[] = {{"f", f, METH_VARARGS, "doc"}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "%s", NULL, 0, methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_%s(void) { return PyModuleDef_Init(&def); }
'''


@part(importlib.util.find_spec('setuptools') and importlib.util.find_spec('wheel'))
def setuptools_project():
    write('project/native.c', EXTENSION % ('', 'native', 'native'))
    write('project/stable.c', EXTENSION % ('#define Py_LIMITED_API 0x03060000', 'stable', 'stable'))
    write('project/pack/__init__.py', 'def main():\n    import native, stable\n    print(native.f("abc"), stable.f("de"))\n    return 3\n')
    write('project/setup.py', '''from setuptools import setup, Extension
setup(name='project', version='1.2', packages=['pack'], ext_modules=[Extension('native', ['native.c']),
      Extension('stable', ['stable.c'], py_limited_api=True)], entry_points={'console_scripts': ['pack-it = pack:main']})
''')
    run(sys.executable, 'setup.py', '-q', 'build_ext', '--inplace', cwd='project')
    print(sorted(f.replace(SUFFIX, '<suffix>') for f in os.listdir('project') if f.endswith('.so')))
    sys.path.insert(0, os.path.join(folder, 'project'))
    import native
    import stable
    print(native.f('abc'), stable.f('de'), os.path.basename(stable.__file__))
    run(sys.executable, 'setup.py', '-q', 'bdist_wheel', 'sdist', cwd='project')
    print(sorted(os.listdir('project/dist')))


@part(True)
def configuration():
    for name in ('EXT_SUFFIX', 'SOABI', 'VERSION', 'py_version_short', 'LIBDIR', 'LDLIBRARY', 'INCLUDEPY', 'CC', 'LDSHARED', 'CFLAGS', 'CCSHARED',
                 'MULTIARCH', 'SIZEOF_VOID_P', 'Py_DEBUG', 'Py_ENABLE_SHARED', 'WITH_PYMALLOC', 'HAVE_FORK', 'abiflags', 'base', 'platbase', 'BINDIR'):
        print(name, sysconfig.get_config_var(name))
    for scheme in sorted(sysconfig.get_scheme_names()):
        print(scheme, sorted(sysconfig.get_paths(scheme, vars={'userbase': '/u', 'installed_base': '/i'}).items()))
    print(sysconfig.get_platform(), sysconfig.get_default_scheme(), len(sysconfig.get_config_vars()), sysconfig.is_python_build())
    config = os.path.join(ROOT, 'tools/krait-config') if KRAIT else '/usr/bin/python3.11-config'
    for option in ('--prefix', '--exec-prefix', '--extension-suffix', '--abiflags', '--configdir', '--nothing', ''):
        done = subprocess.run([config, *option.split()], capture_output=True, text=True)
        print(option, done.returncode, done.stdout if option.startswith('--') and option != '--nothing' else bool(done.stdout or done.stderr))
    flags = subprocess.run([config, '--cflags', '--ldflags', '--embed'], capture_output=True, text=True).stdout
    write('embedding.c', '#include <Python.h>\nint main(void) { Py_Initialize(); return PyRun_SimpleString("print(6 * 7)"); }')
    if not KRAIT or os.path.exists(os.path.join(ROOT, 'build/libkrait.so')):
        run('gcc', 'embedding.c', *flags.split(), '-o', 'embedding')
        print(run('./embedding'))
    else:
        print('42\n')


os.chdir('/')
shutil.rmtree(folder)
