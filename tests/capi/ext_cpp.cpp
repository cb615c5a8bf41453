// An extension in C++: references in a class of its own, templates, exceptions, references to const.
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <datetime.h>
#include <frameobject.h>
#include <structmember.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace {

// An owned reference.
class Ref {
public:
    explicit Ref(PyObject *object = nullptr) : object_(object) {}
    Ref(const Ref &other) : object_(Py_XNewRef(other.object_)) {}
    Ref(Ref &&other) noexcept : object_(other.release()) {}
    Ref &operator=(Ref other)
    {
        std::swap(object_, other.object_);
        return *this;
    }
    ~Ref() { Py_XDECREF(object_); }
    PyObject *get() const { return object_; }
    PyObject *release()
    {
        PyObject *object = object_;
        object_ = nullptr;
        return object;
    }
    explicit operator bool() const { return object_ != nullptr; }

private:
    PyObject *object_;
};

struct Shape {
    PyObject_HEAD
    std::vector<double> *sides;
};

PyObject *shape_new(PyTypeObject *type, PyObject *args, PyObject *)
{
    Shape *self = reinterpret_cast<Shape *>(type->tp_alloc(type, 0));
    if (self == nullptr) {
        return nullptr;
    }
    self->sides = new std::vector<double>();
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); i++) {
        double side = PyFloat_AsDouble(PyTuple_GET_ITEM(args, i));
        if (side == -1.0 && PyErr_Occurred()) {
            Py_DECREF(self);
            return nullptr;
        }
        self->sides->push_back(side);
    }
    return reinterpret_cast<PyObject *>(self);
}

void shape_dealloc(PyObject *op)
{
    delete reinterpret_cast<Shape *>(op)->sides;
    Py_TYPE(op)->tp_free(op);
}

PyObject *shape_perimeter(PyObject *op, void *)
{
    double sum = 0;
    for (double side : *reinterpret_cast<Shape *>(op)->sides) {
        sum += side;
    }
    return PyFloat_FromDouble(sum);
}

PyGetSetDef shape_getset[] = {
    {"perimeter", shape_perimeter, nullptr, "all sides together", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyTypeObject shape_type()
{
    PyTypeObject type = {PyVarObject_HEAD_INIT(nullptr, 0)};
    type.tp_name = "ext_cpp.Shape";
    type.tp_basicsize = sizeof(Shape);
    type.tp_dealloc = shape_dealloc;
    type.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE;
    type.tp_getset = shape_getset;
    type.tp_new = shape_new;
    return type;
}

PyTypeObject Shape_Type = shape_type();

template <typename Function>
PyObject *guarded(Function function)
{
    try {
        return function();
    }
    catch (const std::exception &e) {
        PyErr_SetString(PyExc_RuntimeError, e.what());
        return nullptr;
    }
}

PyObject *join(PyObject *, PyObject *arg)
{
    return guarded([arg]() -> PyObject * {
        Ref fast(PySequence_Fast(arg, "not a sequence"));
        if (!fast) {
            return nullptr;
        }
        std::string all;
        for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(fast.get()); i++) {
            Py_ssize_t size;
            const char *text = PyUnicode_AsUTF8AndSize(PySequence_Fast_GET_ITEM(fast.get(), i), &size);
            if (text == nullptr) {
                return nullptr;
            }
            if (size == 0) {
                throw std::invalid_argument("empty text");
            }
            all.append(text, static_cast<size_t>(size)).push_back('|');
        }
        return PyUnicode_FromStringAndSize(all.data(), static_cast<Py_ssize_t>(all.size()));
    });
}

PyObject *reversed(PyObject *, PyObject *arg)
{
    if (!PyUnicode_Check(arg)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    const Py_ssize_t n = PyUnicode_GET_LENGTH(arg);
    Ref copy(PyUnicode_New(n, PyUnicode_MAX_CHAR_VALUE(arg)));
    for (Py_ssize_t i = 0; copy && i < n; i++) {
        PyUnicode_WRITE(PyUnicode_KIND(copy.get()), PyUnicode_DATA(copy.get()), i, PyUnicode_READ_CHAR(arg, n - 1 - i));
    }
    return copy.release();
}

PyObject *both(PyObject *, PyObject *args)
{
    PyObject *a, *b;
    if (!PyArg_ParseTuple(args, "OO", &a, &b)) {
        return nullptr;
    }
    Ref tuple(PyTuple_New(2)), list(PyList_New(1));
    PyTuple_SET_ITEM(tuple.get(), 0, Py_NewRef(a));
    PyTuple_SET_ITEM(tuple.get(), 1, Py_NewRef(b));
    PyList_SET_ITEM(list.get(), 0, tuple.release());
    PyObject *kept = list.release();
    Py_SETREF(kept, PyList_AsTuple(kept));
    return kept;
}

PyObject *today_is_date(PyObject *, PyObject *arg)
{
    PyDateTime_IMPORT;
    return PyDateTimeAPI == nullptr ? nullptr : PyBool_FromLong(PyDate_Check(arg));
}

PyMethodDef methods[] = {
    {"join", join, METH_O, nullptr},
    {"reversed", reversed, METH_O, nullptr},
    {"both", both, METH_VARARGS, nullptr},
    {"today_is_date", today_is_date, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

int exec(PyObject *module)
{
    return PyModule_AddType(module, &Shape_Type);
}

PyModuleDef_Slot slots[] = {{Py_mod_exec, reinterpret_cast<void *>(exec)}, {0, nullptr}};

PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT, "ext_cpp", "C++.", 0, methods, slots, nullptr, nullptr, nullptr,
};

}  // namespace

PyMODINIT_FUNC PyInit_ext_cpp(void)
{
    return PyModuleDef_Init(&module_def);
}
