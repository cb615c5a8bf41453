/* What every object is: a reference count and a type.  Types, their slots and flags; taking and giving
back references; comparisons; the singletons None and NotImplemented. */
#ifndef Py_OBJECT_H
#define Py_OBJECT_H

#include "pytypedefs.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the head of every object ---- */

#define _PyObject_HEAD_EXTRA
#define _PyObject_EXTRA_INIT
#define PyObject_HEAD PyObject ob_base;
#define PyObject_VAR_HEAD PyVarObject ob_base;

struct _object {
    Py_ssize_t ob_refcnt;
    PyTypeObject *ob_type;
};

/* An object with `ob_size` items behind it; for some types the sign of `ob_size` has a meaning. */
typedef struct {
    PyObject ob_base;
    Py_ssize_t ob_size;
} PyVarObject;

#define PyObject_HEAD_INIT(type) { 1, type },
#define PyVarObject_HEAD_INIT(type, size) { PyObject_HEAD_INIT(type) size },
#define Py_INVALID_SIZE (Py_ssize_t)-1

#define _PyObject_CAST(op) _Py_CAST(PyObject *, (op))
#define _PyVarObject_CAST(op) _Py_CAST(PyVarObject *, (op))

/* The functions take exact pointer types; before the limited API of 3.11 a macro of the same name
   casts the argument. */
static inline Py_ssize_t
Py_REFCNT(PyObject *ob)
{
    return ob->ob_refcnt;
}

static inline PyTypeObject *
Py_TYPE(PyObject *ob)
{
    return ob->ob_type;
}

static inline Py_ssize_t
Py_SIZE(PyObject *ob)
{
    return ((PyVarObject *)ob)->ob_size;
}

static inline int
Py_IS_TYPE(PyObject *ob, PyTypeObject *type)
{
    return ob->ob_type == type;
}

static inline void
Py_SET_REFCNT(PyObject *ob, Py_ssize_t refcnt)
{
    ob->ob_refcnt = refcnt;
}

static inline void
Py_SET_TYPE(PyObject *ob, PyTypeObject *type)
{
    ob->ob_type = type;
}

static inline void
Py_SET_SIZE(PyVarObject *ob, Py_ssize_t size)
{
    ob->ob_size = size;
}

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 < 0x030b0000
#define Py_REFCNT(ob) Py_REFCNT(_PyObject_CAST(ob))
#define Py_TYPE(ob) Py_TYPE(_PyObject_CAST(ob))
#define Py_SIZE(ob) Py_SIZE(_PyObject_CAST(ob))
#define Py_IS_TYPE(ob, type) Py_IS_TYPE(_PyObject_CAST(ob), (type))
#define Py_SET_REFCNT(ob, refcnt) Py_SET_REFCNT(_PyObject_CAST(ob), (refcnt))
#define Py_SET_TYPE(ob, type) Py_SET_TYPE(_PyObject_CAST(ob), (type))
#define Py_SET_SIZE(ob, size) Py_SET_SIZE(_PyVarObject_CAST(ob), (size))
#endif

/* ---- signatures of slots ---- */

typedef PyObject *(*unaryfunc)(PyObject *);
typedef PyObject *(*binaryfunc)(PyObject *, PyObject *);
typedef PyObject *(*ternaryfunc)(PyObject *, PyObject *, PyObject *);
typedef int (*inquiry)(PyObject *);
typedef Py_ssize_t (*lenfunc)(PyObject *);
typedef PyObject *(*ssizeargfunc)(PyObject *, Py_ssize_t);
typedef PyObject *(*ssizessizeargfunc)(PyObject *, Py_ssize_t, Py_ssize_t);
typedef int (*ssizeobjargproc)(PyObject *, Py_ssize_t, PyObject *);
typedef int (*ssizessizeobjargproc)(PyObject *, Py_ssize_t, Py_ssize_t, PyObject *);
typedef int (*objobjargproc)(PyObject *, PyObject *, PyObject *);
typedef int (*objobjproc)(PyObject *, PyObject *);

typedef int (*visitproc)(PyObject *, void *);
typedef int (*traverseproc)(PyObject *, visitproc, void *);

typedef void (*freefunc)(void *);
typedef void (*destructor)(PyObject *);
typedef PyObject *(*getattrfunc)(PyObject *, char *);
typedef PyObject *(*getattrofunc)(PyObject *, PyObject *);
typedef int (*setattrfunc)(PyObject *, char *, PyObject *);
typedef int (*setattrofunc)(PyObject *, PyObject *, PyObject *);
typedef PyObject *(*reprfunc)(PyObject *);
typedef Py_hash_t (*hashfunc)(PyObject *);
typedef PyObject *(*richcmpfunc)(PyObject *, PyObject *, int);
typedef PyObject *(*getiterfunc)(PyObject *);
typedef PyObject *(*iternextfunc)(PyObject *);
typedef PyObject *(*descrgetfunc)(PyObject *, PyObject *, PyObject *);
typedef int (*descrsetfunc)(PyObject *, PyObject *, PyObject *);
typedef int (*initproc)(PyObject *, PyObject *, PyObject *);
typedef PyObject *(*newfunc)(PyTypeObject *, PyObject *, PyObject *);
typedef PyObject *(*allocfunc)(PyTypeObject *, Py_ssize_t);

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x030a0000
/* How PyIter_Send ended: the value is returned, an exception is set, the value is yielded. */
typedef enum {
    PYGEN_RETURN = 0,
    PYGEN_ERROR = -1,
    PYGEN_NEXT = 1,
} PySendResult;
#endif

/* ---- types made from data (PyType_FromSpec): slot ids are in typeslots.h ---- */

typedef struct {
    int slot;
    void *pfunc;
} PyType_Slot;

typedef struct {
    const char *name;
    int basicsize;
    int itemsize;
    unsigned int flags;
    PyType_Slot *slots;
} PyType_Spec;

/* ---- flags of types ---- */

#ifndef Py_LIMITED_API
/* Two words before the object hold its attributes; tp_dictoffset is -1. */
#define Py_TPFLAGS_MANAGED_DICT (1 << 4)
/* What sequence and mapping patterns match. */
#define Py_TPFLAGS_SEQUENCE (1 << 5)
#define Py_TPFLAGS_MAPPING (1 << 6)
#endif
#define Py_TPFLAGS_DISALLOW_INSTANTIATION (1UL << 7)
#define Py_TPFLAGS_IMMUTABLETYPE (1UL << 8)
#define Py_TPFLAGS_HEAPTYPE (1UL << 9)
#define Py_TPFLAGS_BASETYPE (1UL << 10)
#ifndef Py_LIMITED_API
#define Py_TPFLAGS_HAVE_VECTORCALL (1UL << 11)
#define _Py_TPFLAGS_HAVE_VECTORCALL Py_TPFLAGS_HAVE_VECTORCALL
#endif
#define Py_TPFLAGS_READY (1UL << 12)
#define Py_TPFLAGS_READYING (1UL << 13)
#define Py_TPFLAGS_HAVE_GC (1UL << 14)
#define Py_TPFLAGS_HAVE_STACKLESS_EXTENSION 0
/* Called as a method, it takes `self` as its first argument without being bound. */
#define Py_TPFLAGS_METHOD_DESCRIPTOR (1UL << 17)
#define Py_TPFLAGS_HAVE_VERSION_TAG (1UL << 18)
#define Py_TPFLAGS_VALID_VERSION_TAG (1UL << 19)
#define Py_TPFLAGS_IS_ABSTRACT (1UL << 20)
#define _Py_TPFLAGS_MATCH_SELF (1UL << 22)
#define Py_TPFLAGS_LONG_SUBCLASS (1UL << 24)
#define Py_TPFLAGS_LIST_SUBCLASS (1UL << 25)
#define Py_TPFLAGS_TUPLE_SUBCLASS (1UL << 26)
#define Py_TPFLAGS_BYTES_SUBCLASS (1UL << 27)
#define Py_TPFLAGS_UNICODE_SUBCLASS (1UL << 28)
#define Py_TPFLAGS_DICT_SUBCLASS (1UL << 29)
#define Py_TPFLAGS_BASE_EXC_SUBCLASS (1UL << 30)
#define Py_TPFLAGS_TYPE_SUBCLASS (1UL << 31)
#define Py_TPFLAGS_DEFAULT Py_TPFLAGS_HAVE_STACKLESS_EXTENSION
/* Every type has tp_finalize; the bit is kept for sources that name it. */
#define Py_TPFLAGS_HAVE_FINALIZE (1UL << 0)

#ifndef Py_LIMITED_API
/* ---- names that become a str object on first use ---- */

typedef struct _Py_Identifier {
    const char *string;
    Py_ssize_t index;
} _Py_Identifier;

#define _Py_static_string_init(value) { value, -1 }
#define _Py_static_string(varname, value) static _Py_Identifier varname = _Py_static_string_init(value)
#define _Py_IDENTIFIER(varname) _Py_static_string(PyId_##varname, #varname)

/* ---- the slots of a type ---- */

typedef int (*getbufferproc)(PyObject *, Py_buffer *, int);
typedef void (*releasebufferproc)(PyObject *, Py_buffer *);
typedef PyObject *(*vectorcallfunc)(PyObject *callable, PyObject *const *args, size_t nargsf,
                                    PyObject *kwnames);
typedef PySendResult (*sendfunc)(PyObject *iter, PyObject *value, PyObject **result);
typedef Py_ssize_t printfunc;

typedef struct {
    binaryfunc nb_add;
    binaryfunc nb_subtract;
    binaryfunc nb_multiply;
    binaryfunc nb_remainder;
    binaryfunc nb_divmod;
    ternaryfunc nb_power;
    unaryfunc nb_negative;
    unaryfunc nb_positive;
    unaryfunc nb_absolute;
    inquiry nb_bool;
    unaryfunc nb_invert;
    binaryfunc nb_lshift;
    binaryfunc nb_rshift;
    binaryfunc nb_and;
    binaryfunc nb_xor;
    binaryfunc nb_or;
    unaryfunc nb_int;
    void *nb_reserved;
    unaryfunc nb_float;
    binaryfunc nb_inplace_add;
    binaryfunc nb_inplace_subtract;
    binaryfunc nb_inplace_multiply;
    binaryfunc nb_inplace_remainder;
    ternaryfunc nb_inplace_power;
    binaryfunc nb_inplace_lshift;
    binaryfunc nb_inplace_rshift;
    binaryfunc nb_inplace_and;
    binaryfunc nb_inplace_xor;
    binaryfunc nb_inplace_or;
    binaryfunc nb_floor_divide;
    binaryfunc nb_true_divide;
    binaryfunc nb_inplace_floor_divide;
    binaryfunc nb_inplace_true_divide;
    unaryfunc nb_index;
    binaryfunc nb_matrix_multiply;
    binaryfunc nb_inplace_matrix_multiply;
} PyNumberMethods;

typedef struct {
    lenfunc sq_length;
    binaryfunc sq_concat;
    ssizeargfunc sq_repeat;
    ssizeargfunc sq_item;
    void *was_sq_slice;
    ssizeobjargproc sq_ass_item;
    void *was_sq_ass_slice;
    objobjproc sq_contains;
    binaryfunc sq_inplace_concat;
    ssizeargfunc sq_inplace_repeat;
} PySequenceMethods;

typedef struct {
    lenfunc mp_length;
    binaryfunc mp_subscript;
    objobjargproc mp_ass_subscript;
} PyMappingMethods;

typedef struct {
    unaryfunc am_await;
    unaryfunc am_aiter;
    unaryfunc am_anext;
    sendfunc am_send;
} PyAsyncMethods;

typedef struct {
    getbufferproc bf_getbuffer;
    releasebufferproc bf_releasebuffer;
} PyBufferProcs;

struct _typeobject {
    PyObject_VAR_HEAD
    const char *tp_name;
    Py_ssize_t tp_basicsize;
    Py_ssize_t tp_itemsize;
    destructor tp_dealloc;
    Py_ssize_t tp_vectorcall_offset;
    getattrfunc tp_getattr;
    setattrfunc tp_setattr;
    PyAsyncMethods *tp_as_async;
    reprfunc tp_repr;
    PyNumberMethods *tp_as_number;
    PySequenceMethods *tp_as_sequence;
    PyMappingMethods *tp_as_mapping;
    hashfunc tp_hash;
    ternaryfunc tp_call;
    reprfunc tp_str;
    getattrofunc tp_getattro;
    setattrofunc tp_setattro;
    PyBufferProcs *tp_as_buffer;
    unsigned long tp_flags;
    const char *tp_doc;
    traverseproc tp_traverse;
    inquiry tp_clear;
    richcmpfunc tp_richcompare;
    Py_ssize_t tp_weaklistoffset;
    getiterfunc tp_iter;
    iternextfunc tp_iternext;
    PyMethodDef *tp_methods;
    PyMemberDef *tp_members;
    PyGetSetDef *tp_getset;
    PyTypeObject *tp_base;
    PyObject *tp_dict;
    descrgetfunc tp_descr_get;
    descrsetfunc tp_descr_set;
    Py_ssize_t tp_dictoffset;
    initproc tp_init;
    allocfunc tp_alloc;
    newfunc tp_new;
    freefunc tp_free;
    inquiry tp_is_gc;
    PyObject *tp_bases;
    PyObject *tp_mro;
    PyObject *tp_cache;
    PyObject *tp_subclasses;
    PyObject *tp_weaklist;
    destructor tp_del;
    unsigned int tp_version_tag;
    destructor tp_finalize;
    vectorcallfunc tp_vectorcall;
};

/* ---- classes made at run time ---- */

struct _specialization_cache {
    PyObject *getitem;
};

/* The tables of slots are members, so that PyType_Type's static subclasses can extend them. */
typedef struct _heaptypeobject {
    PyTypeObject ht_type;
    PyAsyncMethods as_async;
    PyNumberMethods as_number;
    PyMappingMethods as_mapping;
    PySequenceMethods as_sequence;
    PyBufferProcs as_buffer;
    PyObject *ht_name;
    PyObject *ht_slots;
    PyObject *ht_qualname;
    struct _dictkeysobject *ht_cached_keys;
    PyObject *ht_module;
    char *_ht_tpname;
    struct _specialization_cache _spec_cache;
} PyHeapTypeObject;

#endif

PyAPI_DATA(PyTypeObject) PyBaseObject_Type;
PyAPI_DATA(PyTypeObject) PySuper_Type;
PyAPI_DATA(PyTypeObject) PyType_Type;
PyAPI_DATA(PyObject) _Py_NoneStruct;
PyAPI_DATA(PyObject) _Py_NotImplementedStruct;

PyAPI_FUNC(int) PyCallable_Check(PyObject *op);
PyAPI_FUNC(PyObject *) PyObject_ASCII(PyObject *op);
PyAPI_FUNC(PyObject *) PyObject_Bytes(PyObject *op);
PyAPI_FUNC(void) PyObject_ClearWeakRefs(PyObject *op);
PyAPI_FUNC(PyObject *) PyObject_Dir(PyObject *op);
PyAPI_FUNC(PyObject *) PyObject_GenericGetAttr(PyObject *op, PyObject *name);
PyAPI_FUNC(int) PyObject_GenericSetAttr(PyObject *op, PyObject *name, PyObject *value);
PyAPI_FUNC(PyObject *) PyObject_GetAttr(PyObject *op, PyObject *name);
PyAPI_FUNC(PyObject *) PyObject_GetAttrString(PyObject *op, const char *name);
PyAPI_FUNC(int) PyObject_HasAttr(PyObject *op, PyObject *name);
PyAPI_FUNC(int) PyObject_HasAttrString(PyObject *op, const char *name);
PyAPI_FUNC(Py_hash_t) PyObject_Hash(PyObject *op);
PyAPI_FUNC(Py_hash_t) PyObject_HashNotImplemented(PyObject *op);
PyAPI_FUNC(int) PyObject_IsTrue(PyObject *op);
PyAPI_FUNC(int) PyObject_Not(PyObject *op);
PyAPI_FUNC(PyObject *) PyObject_Repr(PyObject *op);
PyAPI_FUNC(PyObject *) PyObject_RichCompare(PyObject *a, PyObject *b, int op);
PyAPI_FUNC(int) PyObject_RichCompareBool(PyObject *a, PyObject *b, int op);
PyAPI_FUNC(PyObject *) PyObject_SelfIter(PyObject *op);
PyAPI_FUNC(int) PyObject_SetAttr(PyObject *op, PyObject *name, PyObject *value);
PyAPI_FUNC(int) PyObject_SetAttrString(PyObject *op, const char *name, PyObject *value);
PyAPI_FUNC(PyObject *) PyObject_Str(PyObject *op);
PyAPI_FUNC(unsigned int) PyType_ClearCache(void);
PyAPI_FUNC(PyObject *) PyType_FromSpec(PyType_Spec *spec);
PyAPI_FUNC(PyObject *) PyType_GenericAlloc(PyTypeObject *type, Py_ssize_t items);
PyAPI_FUNC(PyObject *) PyType_GenericNew(PyTypeObject *type, PyObject *args, PyObject *kwargs);
PyAPI_FUNC(unsigned long) PyType_GetFlags(PyTypeObject *type);
PyAPI_FUNC(int) PyType_IsSubtype(PyTypeObject *a, PyTypeObject *b);
PyAPI_FUNC(void) PyType_Modified(PyTypeObject *type);
PyAPI_FUNC(int) PyType_Ready(PyTypeObject *type);
PyAPI_FUNC(void) Py_DecRef(PyObject *op);
PyAPI_FUNC(void) Py_IncRef(PyObject *op);
PyAPI_FUNC(int) Py_Is(PyObject *a, PyObject *b);
PyAPI_FUNC(int) Py_IsNone(PyObject *op);
PyAPI_FUNC(PyObject *) Py_NewRef(PyObject *op);
PyAPI_FUNC(int) Py_ReprEnter(PyObject *op);
PyAPI_FUNC(void) Py_ReprLeave(PyObject *op);
PyAPI_FUNC(PyObject *) Py_XNewRef(PyObject *op);
PyAPI_FUNC(void) _Py_Dealloc(PyObject *op);
PyAPI_FUNC(void) _Py_DecRef(PyObject *op);
PyAPI_FUNC(void) _Py_IncRef(PyObject *op);

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03030000
PyAPI_FUNC(int) PyObject_GenericSetDict(PyObject *op, PyObject *value, void *context);
PyAPI_FUNC(PyObject *) PyType_FromSpecWithBases(PyType_Spec *spec, PyObject *bases);
#endif

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03040000
PyAPI_FUNC(void *) PyType_GetSlot(PyTypeObject *type, int id);
#endif

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03090000
PyAPI_FUNC(PyObject *) PyType_FromModuleAndSpec(PyObject *module, PyType_Spec *spec,
                                                PyObject *bases);
PyAPI_FUNC(PyObject *) PyType_GetModule(PyTypeObject *type);
PyAPI_FUNC(void *) PyType_GetModuleState(PyTypeObject *type);
#endif

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x030b0000
PyAPI_FUNC(PyObject *) PyType_GetName(PyTypeObject *type);
PyAPI_FUNC(PyObject *) PyType_GetQualName(PyTypeObject *type);
#endif

/* ---- references ---- */

static inline void
Py_INCREF(PyObject *op)
{
    op->ob_refcnt++;
}

static inline void
Py_DECREF(PyObject *op)
{
    if (--op->ob_refcnt == 0) {
        _Py_Dealloc(op);
    }
}

#define Py_DECREF(op) Py_DECREF(_PyObject_CAST(op))

static inline void
Py_XINCREF(PyObject *op)
{
    if (op != _Py_NULL) {
        Py_INCREF(op);
    }
}

static inline void
Py_XDECREF(PyObject *op)
{
    if (op != _Py_NULL) {
        Py_DECREF(op);
    }
}

static inline PyObject *
_Py_NewRef(PyObject *obj)
{
    Py_INCREF(obj);
    return obj;
}

static inline PyObject *
_Py_XNewRef(PyObject *obj)
{
    Py_XINCREF(obj);
    return obj;
}

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 < 0x030b0000
#define Py_INCREF(op) Py_INCREF(_PyObject_CAST(op))
#define Py_XINCREF(op) Py_XINCREF(_PyObject_CAST(op))
#define Py_XDECREF(op) Py_XDECREF(_PyObject_CAST(op))
#define Py_NewRef(obj) _Py_NewRef(_PyObject_CAST(obj))
#define Py_XNewRef(obj) _Py_XNewRef(_PyObject_CAST(obj))
#else
#define Py_NewRef(obj) _Py_NewRef(obj)
#define Py_XNewRef(obj) _Py_XNewRef(obj)
#endif

/* Sets the variable to NULL before the reference goes: what a finaliser runs must not see it. */
#define Py_CLEAR(op)                                                           \
    do {                                                                       \
        PyObject *_py_cleared = _PyObject_CAST(op);                            \
        if (_py_cleared != NULL) {                                             \
            (op) = NULL;                                                       \
            Py_DECREF(_py_cleared);                                            \
        }                                                                      \
    } while (0)

/* ---- types of objects ---- */

static inline int
PyType_HasFeature(PyTypeObject *type, unsigned long feature)
{
#ifdef Py_LIMITED_API
    return (PyType_GetFlags(type) & feature) != 0;
#else
    return (type->tp_flags & feature) != 0;
#endif
}

#define PyType_FastSubclass(type, flag) PyType_HasFeature((type), (flag))

static inline int
PyType_Check(PyObject *op)
{
    return PyType_FastSubclass(Py_TYPE(op), Py_TPFLAGS_TYPE_SUBCLASS);
}

static inline int
PyType_CheckExact(PyObject *op)
{
    return Py_IS_TYPE(op, &PyType_Type);
}

static inline int
PyObject_TypeCheck(PyObject *ob, PyTypeObject *type)
{
    return Py_IS_TYPE(ob, type) || PyType_IsSubtype(Py_TYPE(ob), type);
}

#define _PyType_CAST(op) _Py_CAST(PyTypeObject *, (op))
#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 < 0x030b0000
#define PyType_Check(op) PyType_Check(_PyObject_CAST(op))
#define PyType_CheckExact(op) PyType_CheckExact(_PyObject_CAST(op))
#define PyObject_TypeCheck(ob, type) PyObject_TypeCheck(_PyObject_CAST(ob), (type))
#endif

/* ---- None, NotImplemented ---- */

#define Py_Is(x, y) ((x) == (y))
#define Py_None (&_Py_NoneStruct)
#define Py_IsNone(x) Py_Is((x), Py_None)
#define Py_RETURN_NONE return Py_NewRef(Py_None)
#define Py_NotImplemented (&_Py_NotImplementedStruct)
#define Py_RETURN_NOTIMPLEMENTED return Py_NewRef(Py_NotImplemented)

/* ---- comparing ---- */

#define Py_LT 0
#define Py_LE 1
#define Py_EQ 2
#define Py_NE 3
#define Py_GT 4
#define Py_GE 5

/* Ends tp_richcompare for values that C can compare. */
#define Py_RETURN_RICHCOMPARE(val1, val2, op)                                  \
    do {                                                                       \
        int _py_holds;                                                         \
        switch (op) {                                                          \
        case Py_LT: _py_holds = (val1) < (val2); break;                        \
        case Py_LE: _py_holds = (val1) <= (val2); break;                       \
        case Py_EQ: _py_holds = (val1) == (val2); break;                       \
        case Py_NE: _py_holds = (val1) != (val2); break;                       \
        case Py_GT: _py_holds = (val1) > (val2); break;                        \
        case Py_GE: _py_holds = (val1) >= (val2); break;                       \
        default: Py_UNREACHABLE();                                             \
        }                                                                      \
        if (_py_holds) {                                                       \
            Py_RETURN_TRUE;                                                    \
        }                                                                      \
        Py_RETURN_FALSE;                                                       \
    } while (0)

/* Flag of PyObject_Print: str() instead of repr(). */
#define Py_PRINT_RAW 1

#ifndef Py_LIMITED_API
PyAPI_DATA(PyTypeObject) _PyNone_Type;
PyAPI_DATA(PyTypeObject) _PyNotImplemented_Type;
PyAPI_DATA(int) _Py_SwappedOp[];

PyAPI_FUNC(void) PyObject_CallFinalizer(PyObject *op);
PyAPI_FUNC(int) PyObject_CallFinalizerFromDealloc(PyObject *op);
PyAPI_FUNC(int) PyObject_Print(PyObject *op, FILE *file, int flags);
PyAPI_FUNC(PyObject *) PyType_GetModuleByDef(PyTypeObject *type, PyModuleDef *def);
PyAPI_FUNC(void) _PyDebugAllocatorStats(FILE *out, const char *name, int count, size_t size);
_Py_NO_RETURN PyAPI_FUNC(void) _PyObject_AssertFailed(PyObject *op, const char *expression,
                                                      const char *message, const char *file,
                                                      int line, const char *function);
PyAPI_FUNC(int) _PyObject_CheckConsistency(PyObject *op, int check_content);
PyAPI_FUNC(void) _PyObject_DebugTypeStats(FILE *out);
PyAPI_FUNC(void) _PyObject_Dump(PyObject *op);
PyAPI_FUNC(PyObject *) _PyObject_FunctionStr(PyObject *op);
PyAPI_FUNC(PyObject *) _PyObject_GenericGetAttrWithDict(PyObject *op, PyObject *name,
                                                        PyObject *dict, int suppress);
PyAPI_FUNC(int) _PyObject_GenericSetAttrWithDict(PyObject *op, PyObject *name, PyObject *value,
                                                 PyObject *dict);
PyAPI_FUNC(PyObject *) _PyObject_GetAttrId(PyObject *op, _Py_Identifier *name);
PyAPI_FUNC(PyObject **) _PyObject_GetDictPtr(PyObject *op);
PyAPI_FUNC(int) _PyObject_GetMethod(PyObject *op, PyObject *name, PyObject **method);
PyAPI_FUNC(PyObject *) _PyObject_GetState(PyObject *op);
PyAPI_FUNC(int) _PyObject_IsAbstract(PyObject *op);
PyAPI_FUNC(int) _PyObject_IsFreed(PyObject *op);
PyAPI_FUNC(int) _PyObject_LookupAttr(PyObject *op, PyObject *name, PyObject **result);
PyAPI_FUNC(int) _PyObject_LookupAttrId(PyObject *op, _Py_Identifier *name, PyObject **result);
PyAPI_FUNC(PyObject *) _PyObject_LookupSpecialId(PyObject *op, _Py_Identifier *name);
PyAPI_FUNC(PyObject *) _PyObject_NextNotImplemented(PyObject *op);
PyAPI_FUNC(int) _PyObject_SetAttrId(PyObject *op, _Py_Identifier *name, PyObject *value);
PyAPI_FUNC(int) _PyTrash_begin(PyThreadState *tstate, PyObject *op);
PyAPI_FUNC(int) _PyTrash_cond(PyObject *op, destructor dealloc);
PyAPI_FUNC(void) _PyTrash_end(PyThreadState *tstate);
PyAPI_FUNC(PyTypeObject *) _PyType_CalculateMetaclass(PyTypeObject *metatype, PyObject *bases);
PyAPI_FUNC(PyObject *) _PyType_GetDocFromInternalDoc(const char *name, const char *doc);
PyAPI_FUNC(PyObject *) _PyType_GetTextSignatureFromInternalDoc(const char *name, const char *doc);
PyAPI_FUNC(PyObject *) _PyType_Lookup(PyTypeObject *type, PyObject *name);
PyAPI_FUNC(PyObject *) _PyType_LookupId(PyTypeObject *type, _Py_Identifier *name);
PyAPI_FUNC(const char *) _PyType_Name(PyTypeObject *type);
PyAPI_FUNC(void) _Py_BreakPoint(void);
PyAPI_FUNC(void) _Py_NewReference(PyObject *op);

#define _PyObject_LookupSpecial _PyObject_LookupSpecialId

/* ---- replacing a reference ---- */

#define Py_SETREF(op, op2)                                                     \
    do {                                                                       \
        PyObject *_py_replaced = _PyObject_CAST(op);                           \
        (op) = (op2);                                                          \
        Py_DECREF(_py_replaced);                                               \
    } while (0)

#define Py_XSETREF(op, op2)                                                    \
    do {                                                                       \
        PyObject *_py_replaced = _PyObject_CAST(op);                           \
        (op) = (op2);                                                          \
        Py_XDECREF(_py_replaced);                                              \
    } while (0)

/* ---- checks that cost nothing in release builds ---- */

#define _PyObject_ASSERT_FROM(obj, expr, msg, filename, lineno, func) ((void)0)
#define _PyObject_ASSERT_WITH_MSG(obj, expr, msg)                              \
    _PyObject_ASSERT_FROM((obj), (expr), (msg), __FILE__, __LINE__, __func__)
#define _PyObject_ASSERT(obj, expr) _PyObject_ASSERT_WITH_MSG((obj), (expr), NULL)
#define _PyObject_ASSERT_FAILED_MSG(obj, msg)                                  \
    _PyObject_AssertFailed((obj), NULL, (msg), __FILE__, __LINE__, __func__)

/* ---- deep deallocation ----
   A tp_dealloc whose body stands between BEGIN and END is put off when it runs nested too deeply, so
   that long chains of objects do not exhaust the C stack.  The object must be untracked before. */

#define Py_TRASHCAN_BEGIN_CONDITION(op, cond)                                  \
    do {                                                                       \
        PyThreadState *_py_trash_tstate = NULL;                                \
        if (cond) {                                                            \
            _py_trash_tstate = PyThreadState_Get();                            \
            if (_PyTrash_begin(_py_trash_tstate, _PyObject_CAST(op))) {        \
                break;                                                         \
            }                                                                  \
        }
#define Py_TRASHCAN_END                                                        \
        if (_py_trash_tstate != NULL) {                                        \
            _PyTrash_end(_py_trash_tstate);                                    \
        }                                                                      \
    } while (0);
/* `dealloc` is the function that this stands in: a subclass that calls it is not counted twice. */
#define Py_TRASHCAN_BEGIN(op, dealloc)                                         \
    Py_TRASHCAN_BEGIN_CONDITION((op), _PyTrash_cond(_PyObject_CAST(op), (destructor)(dealloc)))
typedef int UsingDeprecatedTrashcanMacro Py_DEPRECATED(3.11);
#define Py_TRASHCAN_SAFE_BEGIN(op)                                             \
    do {                                                                       \
        UsingDeprecatedTrashcanMacro _py_deprecated = 1;                       \
        (void)_py_deprecated;                                                  \
        Py_TRASHCAN_BEGIN_CONDITION((op), 1)
#define Py_TRASHCAN_SAFE_END(op)                                               \
        Py_TRASHCAN_END                                                        \
    } while (0);
#endif

#ifdef __cplusplus
}
#endif

#endif
