/* The static types that other code uses without importing anything: made ready at start. */
#include "object/object.h"
#include "object/doors.h"

/* object and type come first; what derives from another listed type comes after it. */
#define STATIC_TYPES(T)                                                                            \
    T(PyBaseObject_Type) T(PyType_Type) T(_PyWeakref_RefType) T(_PyWeakref_CallableProxyType)      \
    T(_PyWeakref_ProxyType) T(PyLong_Type) T(PyBool_Type) T(PyByteArray_Type) T(PyBytes_Type)      \
    T(PyList_Type) T(_PyNone_Type) T(_PyNotImplemented_Type) T(PyTraceBack_Type) T(PySuper_Type)   \
    T(PyRange_Type) T(PyDict_Type) T(PyDictKeys_Type) T(PyDictValues_Type) T(PyDictItems_Type)     \
    T(PyDictRevIterKey_Type) T(PyDictRevIterValue_Type) T(PyDictRevIterItem_Type)                  \
    T(PyODict_Type) T(PyODictKeys_Type) T(PyODictItems_Type) T(PyODictValues_Type)                 \
    T(PyODictIter_Type) T(PySet_Type) T(PyUnicode_Type) T(PySlice_Type) T(PyStaticMethod_Type)     \
    T(PyComplex_Type) T(PyFloat_Type) T(PyFrozenSet_Type) T(PyProperty_Type)                       \
    T(_PyManagedBuffer_Type) T(PyMemoryView_Type) T(PyTuple_Type) T(PyEnum_Type)                   \
    T(PyReversed_Type) T(PyStdPrinter_Type) T(PyCode_Type) T(PyFrame_Type) T(PyCFunction_Type)     \
    T(PyCMethod_Type) T(PyMethod_Type) T(PyFunction_Type) T(PyDictProxy_Type) T(PyGen_Type)        \
    T(PyGetSetDescr_Type) T(PyWrapperDescr_Type) T(_PyMethodWrapper_Type) T(PyEllipsis_Type)       \
    T(PyMemberDescr_Type) T(_PyNamespace_Type) T(PyCapsule_Type) T(PyLongRangeIter_Type)           \
    T(PyCell_Type) T(PyInstanceMethod_Type) T(PyClassMethodDescr_Type) T(PyMethodDescr_Type)       \
    T(PyCallIter_Type) T(PySeqIter_Type) T(PyCoro_Type) T(_PyCoroWrapper_Type) T(PyAsyncGen_Type)  \
    T(_PyAsyncGenASend_Type) T(_PyAsyncGenAThrow_Type) T(_PyAsyncGenWrappedValue_Type)             \
    T(PyModule_Type) T(PyModuleDef_Type) T(PyFilter_Type) T(PyMap_Type) T(PyZip_Type)              \
    T(PyBytesIter_Type) T(PyByteArrayIter_Type) T(PyDictIterKey_Type) T(PyDictIterValue_Type)      \
    T(PyDictIterItem_Type) T(PyListIter_Type) T(PyListRevIter_Type) T(PyRangeIter_Type)            \
    T(PySetIter_Type) T(PyTupleIter_Type) T(PyUnicodeIter_Type) T(PyClassMethod_Type)              \
    T(Py_GenericAliasType) T(UnionType_Type)

#define DECLARE(name) extern PyTypeObject name __attribute__((weak));
STATIC_TYPES(DECLARE)

status
types_init(PyInterpreterState *Py_UNUSED(interp))
{
    static PyTypeObject *const types[] = {
#define ADDRESS(name) &name,
        STATIC_TYPES(ADDRESS)
    };
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (types[i] != NULL && PyType_Ready(types[i]) < 0) {
            return -1;
        }
    }
    return 0;
}
