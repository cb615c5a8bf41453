"""tools/gen_builtins.py on one small file: what it writes, and what it refuses."""
import os
import subprocess
import sys
import tempfile

TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'tools')
SMALL = r'''
METHOD(box, put, "($self, index, item, /, *, front=False)", "Put item in.")
static status
box_put(BoxObject *self, Py_ssize_t index, PyObject *item, truth front)
{
}

METHOD(box, size, "($self, /)", "Number of items.")
static PyObject *
box_size(BoxObject *self, PyObject *Py_UNUSED(ignored))
{
}

METHOD(box, peek, "($self, key, /)", NULL)
static PyObject *
box_peek(BoxObject *self, PyObject *key)
{
}

NEW(box, "(items=(), /)")
static PyObject *
box_new(PyTypeObject *type, PyObject *items)
{
}

GETTER(box, first, "The first item.")
static PyObject *
box_get_first(BoxObject *self, void *closure)
{
}

static Py_ssize_t
box_sq_length(BoxObject *self)
{
}

MEMBER(box, limit, T_PYSSIZET, BoxObject, limit, READONLY, "Most items.")
TYPE(box, Box_Type, "box.Box", BoxObject, "(items=(), /)", "A box.", .tp_flags = Py_TPFLAGS_DEFAULT)
#include "gen/box.inc"
'''
BAD = [
    ('a parameter without conversion', 'FUNCTION(m, f, "($module, x, /)", NULL)\n'
     'static PyObject *\nm_f(PyObject *module, struct strange x)\n{\n}\n'),
    ('a signature of another length', 'FUNCTION(m, f, "($module, x, y, /)", NULL)\n'
     'static PyObject *\nm_f(PyObject *module, PyObject *x)\n{\n}\n'),
    ('a result without conversion', 'FUNCTION(m, f, "($module, x, /)", NULL)\n'
     'static struct strange\nm_f(PyObject *module, PyObject *x)\n{\n}\n'),
    ('a head without function', 'FUNCTION(m, f, "($module, x, /)", NULL)\n'),
]


def generate(text):
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, 'src'))
        with open(os.path.join(folder, 'src', 'box.c'), 'w') as f:
            f.write(text)
        done = subprocess.run([sys.executable, os.path.join(TOOLS, 'gen_builtins.py'), 'src', 'out'], cwd=folder,
                              capture_output=True, text=True)
        path = os.path.join(folder, 'out', 'box.inc')
        if not os.path.exists(path):
            return done.returncode, done.stderr
        with open(path) as f:
            return done.returncode, f.read()


code, text = generate(SMALL)
print(code)
print(text)
assert generate(SMALL)[1] == text
assert 'box_put_wrapper' in text and '{"peek", (PyCFunction)(void (*)(void))box_peek, METH_O, ' in text
for what, source in BAD:
    code, text = generate(source + '#include "gen/box.inc"\n/* m_functions */\n')
    print(what, code, text.strip())
    assert code == 1, what
