/* Operations on any object: attributes, calls, numbers, sequences, mappings, iterators. */
#ifndef Py_ABSTRACT_H
#define Py_ABSTRACT_H

#ifdef __cplusplus
extern "C" {
#endif

#ifdef PY_SSIZE_T_CLEAN
#define PyObject_CallFunction _PyObject_CallFunction_SizeT
#define PyObject_CallMethod _PyObject_CallMethod_SizeT
#endif

PyAPI_FUNC(int) PyAIter_Check(PyObject *op);
PyAPI_FUNC(int) PyIndex_Check(PyObject *op);
PyAPI_FUNC(int) PyIter_Check(PyObject *op);
PyAPI_FUNC(PyObject *) PyIter_Next(PyObject *op);
PyAPI_FUNC(int) PyMapping_Check(PyObject *op);
PyAPI_FUNC(PyObject *) PyMapping_GetItemString(PyObject *op, const char *key);
PyAPI_FUNC(int) PyMapping_HasKey(PyObject *op, PyObject *key);
PyAPI_FUNC(int) PyMapping_HasKeyString(PyObject *op, const char *key);
PyAPI_FUNC(PyObject *) PyMapping_Items(PyObject *op);
PyAPI_FUNC(PyObject *) PyMapping_Keys(PyObject *op);
PyAPI_FUNC(Py_ssize_t) PyMapping_Length(PyObject *op);
PyAPI_FUNC(int) PyMapping_SetItemString(PyObject *op, const char *key, PyObject *value);
PyAPI_FUNC(Py_ssize_t) PyMapping_Size(PyObject *op);
PyAPI_FUNC(PyObject *) PyMapping_Values(PyObject *op);
PyAPI_FUNC(PyObject *) PyNumber_Absolute(PyObject *op);
PyAPI_FUNC(PyObject *) PyNumber_Add(PyObject *a, PyObject *b);
PyAPI_FUNC(PyObject *) PyNumber_And(PyObject *left, PyObject *right);
PyAPI_FUNC(Py_ssize_t) PyNumber_AsSsize_t(PyObject *op, PyObject *error);
PyAPI_FUNC(int) PyNumber_Check(PyObject *op);
PyAPI_FUNC(PyObject *) PyNumber_Divmod(PyObject *a, PyObject *b);
PyAPI_FUNC(PyObject *) PyNumber_Float(PyObject *op);
PyAPI_FUNC(PyObject *) PyNumber_FloorDivide(PyObject *left, PyObject *right);
PyAPI_FUNC(PyObject *) PyNumber_InPlaceAdd(PyObject *a, PyObject *b);
PyAPI_FUNC(PyObject *) PyNumber_InPlaceAnd(PyObject *left, PyObject *right);
PyAPI_FUNC(PyObject *) PyNumber_InPlaceFloorDivide(PyObject *left, PyObject *right);
PyAPI_FUNC(PyObject *) PyNumber_InPlaceLshift(PyObject *left, PyObject *right);
PyAPI_FUNC(PyObject *) PyNumber_InPlaceMultiply(PyObject *a, PyObject *b);
PyAPI_FUNC(PyObject *) PyNumber_InPlaceOr(PyObject *left, PyObject *right);
PyAPI_FUNC(PyObject *) PyNumber_InPlacePower(PyObject *a, PyObject *b, PyObject *c);
PyAPI_FUNC(PyObject *) PyNumber_InPlaceRemainder(PyObject *left, PyObject *right);
PyAPI_FUNC(PyObject *) PyNumber_InPlaceRshift(PyObject *left, PyObject *right);
PyAPI_FUNC(PyObject *) PyNumber_InPlaceSubtract(PyObject *left, PyObject *right);
PyAPI_FUNC(PyObject *) PyNumber_InPlaceTrueDivide(PyObject *left, PyObject *right);
PyAPI_FUNC(PyObject *) PyNumber_InPlaceXor(PyObject *left, PyObject *right);
PyAPI_FUNC(PyObject *) PyNumber_Index(PyObject *op);
PyAPI_FUNC(PyObject *) PyNumber_Invert(PyObject *op);
PyAPI_FUNC(PyObject *) PyNumber_Long(PyObject *op);
PyAPI_FUNC(PyObject *) PyNumber_Lshift(PyObject *left, PyObject *right);
PyAPI_FUNC(PyObject *) PyNumber_Multiply(PyObject *a, PyObject *b);
PyAPI_FUNC(PyObject *) PyNumber_Negative(PyObject *op);
PyAPI_FUNC(PyObject *) PyNumber_Or(PyObject *left, PyObject *right);
PyAPI_FUNC(PyObject *) PyNumber_Positive(PyObject *op);
PyAPI_FUNC(PyObject *) PyNumber_Power(PyObject *a, PyObject *b, PyObject *c);
PyAPI_FUNC(PyObject *) PyNumber_Remainder(PyObject *left, PyObject *right);
PyAPI_FUNC(PyObject *) PyNumber_Rshift(PyObject *left, PyObject *right);
PyAPI_FUNC(PyObject *) PyNumber_Subtract(PyObject *left, PyObject *right);
PyAPI_FUNC(PyObject *) PyNumber_ToBase(PyObject *op, int base);
PyAPI_FUNC(PyObject *) PyNumber_TrueDivide(PyObject *left, PyObject *right);
PyAPI_FUNC(PyObject *) PyNumber_Xor(PyObject *left, PyObject *right);
Py_DEPRECATED(3.0) PyAPI_FUNC(int) PyObject_AsCharBuffer(PyObject *op, const char **buffer,
                                                         Py_ssize_t *length);
Py_DEPRECATED(3.0) PyAPI_FUNC(int) PyObject_AsReadBuffer(PyObject *op, const void **buffer,
                                                         Py_ssize_t *length);
Py_DEPRECATED(3.0) PyAPI_FUNC(int) PyObject_AsWriteBuffer(PyObject *op, void **buffer,
                                                          Py_ssize_t *length);
PyAPI_FUNC(PyObject *) PyObject_Call(PyObject *callable, PyObject *args, PyObject *kwargs);
PyAPI_FUNC(PyObject *) PyObject_CallFunction(PyObject *callable, const char *format, ...);
PyAPI_FUNC(PyObject *) PyObject_CallFunctionObjArgs(PyObject *callable, ...);
PyAPI_FUNC(PyObject *) PyObject_CallMethod(PyObject *op, const char *name, const char *format, ...);
PyAPI_FUNC(PyObject *) PyObject_CallMethodObjArgs(PyObject *op, PyObject *name, ...);
PyAPI_FUNC(PyObject *) PyObject_CallObject(PyObject *callable, PyObject *args);
Py_DEPRECATED(3.0) PyAPI_FUNC(int) PyObject_CheckReadBuffer(PyObject *op);
PyAPI_FUNC(int) PyObject_DelItem(PyObject *op, PyObject *key);
PyAPI_FUNC(int) PyObject_DelItemString(PyObject *op, const char *key);
PyAPI_FUNC(PyObject *) PyObject_Format(PyObject *op, PyObject *spec);
PyAPI_FUNC(PyObject *) PyObject_GetAIter(PyObject *op);
PyAPI_FUNC(PyObject *) PyObject_GetItem(PyObject *op, PyObject *key);
PyAPI_FUNC(PyObject *) PyObject_GetIter(PyObject *op);
PyAPI_FUNC(int) PyObject_IsInstance(PyObject *op, PyObject *klass);
PyAPI_FUNC(int) PyObject_IsSubclass(PyObject *derived, PyObject *klass);
PyAPI_FUNC(Py_ssize_t) PyObject_Length(PyObject *op);
PyAPI_FUNC(int) PyObject_SetItem(PyObject *op, PyObject *key, PyObject *value);
PyAPI_FUNC(Py_ssize_t) PyObject_Size(PyObject *op);
PyAPI_FUNC(PyObject *) PyObject_Type(PyObject *op);
PyAPI_FUNC(int) PySequence_Check(PyObject *op);
PyAPI_FUNC(PyObject *) PySequence_Concat(PyObject *a, PyObject *b);
PyAPI_FUNC(int) PySequence_Contains(PyObject *op, PyObject *value);
PyAPI_FUNC(Py_ssize_t) PySequence_Count(PyObject *op, PyObject *value);
PyAPI_FUNC(int) PySequence_DelItem(PyObject *op, Py_ssize_t index);
PyAPI_FUNC(int) PySequence_DelSlice(PyObject *op, Py_ssize_t start, Py_ssize_t stop);
PyAPI_FUNC(PyObject *) PySequence_Fast(PyObject *op, const char *message);
PyAPI_FUNC(PyObject *) PySequence_GetItem(PyObject *op, Py_ssize_t index);
PyAPI_FUNC(PyObject *) PySequence_GetSlice(PyObject *op, Py_ssize_t start, Py_ssize_t stop);
PyAPI_FUNC(int) PySequence_In(PyObject *op, PyObject *value);
PyAPI_FUNC(PyObject *) PySequence_InPlaceConcat(PyObject *a, PyObject *b);
PyAPI_FUNC(PyObject *) PySequence_InPlaceRepeat(PyObject *op, Py_ssize_t count);
PyAPI_FUNC(Py_ssize_t) PySequence_Index(PyObject *op, PyObject *value);
PyAPI_FUNC(Py_ssize_t) PySequence_Length(PyObject *op);
PyAPI_FUNC(PyObject *) PySequence_List(PyObject *op);
PyAPI_FUNC(PyObject *) PySequence_Repeat(PyObject *op, Py_ssize_t count);
PyAPI_FUNC(int) PySequence_SetItem(PyObject *op, Py_ssize_t index, PyObject *value);
PyAPI_FUNC(int) PySequence_SetSlice(PyObject *op, Py_ssize_t start, Py_ssize_t stop,
                                    PyObject *value);
PyAPI_FUNC(Py_ssize_t) PySequence_Size(PyObject *op);
PyAPI_FUNC(PyObject *) PySequence_Tuple(PyObject *op);
PyAPI_FUNC(PyObject *) _PyObject_CallFunction_SizeT(PyObject *callable, const char *format, ...);
PyAPI_FUNC(PyObject *) _PyObject_CallMethod_SizeT(PyObject *op, const char *name,
                                                  const char *format, ...);

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03050000
PyAPI_FUNC(PyObject *) PyNumber_InPlaceMatrixMultiply(PyObject *left, PyObject *right);
PyAPI_FUNC(PyObject *) PyNumber_MatrixMultiply(PyObject *left, PyObject *right);
#endif

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03090000
PyAPI_FUNC(PyObject *) PyObject_CallNoArgs(PyObject *callable);
#endif

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x030a0000
PyAPI_FUNC(PySendResult) PyIter_Send(PyObject *op, PyObject *arg, PyObject **result);
#endif

#define PyObject_DelAttr(O, A) PyObject_SetAttr((O), (A), NULL)
#define PyObject_DelAttrString(O, A) PyObject_SetAttrString((O), (A), NULL)

/* The older names of three functions; the functions exist too. */
#define PyObject_Length PyObject_Size
#define PySequence_Length PySequence_Size
#define PyMapping_Length PyMapping_Size
#define PySequence_In PySequence_Contains
#define PyMapping_DelItem(O, K) PyObject_DelItem((O), (K))
#define PyMapping_DelItemString(O, K) PyObject_DelItemString((O), (K))

/* On a result of PySequence_Fast; items are borrowed. */
#define PySequence_Fast_GET_SIZE(o) (PyList_Check(o) ? PyList_GET_SIZE(o) : PyTuple_GET_SIZE(o))
#define PySequence_Fast_GET_ITEM(o, i) (PyList_Check(o) ? PyList_GET_ITEM((o), (i)) : PyTuple_GET_ITEM((o), (i)))
#define PySequence_Fast_ITEMS(sf)                                              \
    (PyList_Check(sf) ? ((PyListObject *)(sf))->ob_item : ((PyTupleObject *)(sf))->ob_item)

#ifndef Py_LIMITED_API
#ifdef PY_SSIZE_T_CLEAN
#define _PyObject_CallMethodId _PyObject_CallMethodId_SizeT
#endif

/* Arguments that fit into an array on the C stack. */
#define _PY_FASTCALL_SMALL_STACK 5
/* Added to nargsf: args[-1] may be written during the call, if it is restored. */
#define PY_VECTORCALL_ARGUMENTS_OFFSET ((size_t)1 << (8 * sizeof(size_t) - 1))

static inline Py_ssize_t
PyVectorcall_NARGS(size_t n)
{
    return (Py_ssize_t)(n & ~PY_VECTORCALL_ARGUMENTS_OFFSET);
}

PyAPI_FUNC(PyObject *) PyObject_CallOneArg(PyObject *callable, PyObject *arg);
PyAPI_FUNC(Py_ssize_t) PyObject_LengthHint(PyObject *op, Py_ssize_t fallback);
PyAPI_FUNC(PyObject *) PyObject_Vectorcall(PyObject *callable, PyObject *const *args, size_t nargsf,
                                           PyObject *kwnames);
PyAPI_FUNC(PyObject *) PyObject_VectorcallDict(PyObject *callable, PyObject *const *args,
                                               size_t nargsf, PyObject *kwargs);
PyAPI_FUNC(PyObject *) PyObject_VectorcallMethod(PyObject *name, PyObject *const *args,
                                                 size_t nargsf, PyObject *kwnames);
PyAPI_FUNC(PyObject *) PyVectorcall_Call(PyObject *callable, PyObject *tuple, PyObject *kwargs);
PyAPI_FUNC(vectorcallfunc) PyVectorcall_Function(PyObject *callable);
PyAPI_FUNC(PyObject *) _PyNumber_Index(PyObject *op);
PyAPI_FUNC(PyObject *) _PyObject_CallMethod(PyObject *op, PyObject *name, const char *format, ...);
PyAPI_FUNC(PyObject *) _PyObject_CallMethodId(PyObject *op, _Py_Identifier *name,
                                              const char *format, ...);
PyAPI_FUNC(PyObject *) _PyObject_CallMethodIdObjArgs(PyObject *op, _Py_Identifier *name, ...);
PyAPI_FUNC(PyObject *) _PyObject_CallMethodId_SizeT(PyObject *op, _Py_Identifier *name,
                                                    const char *format, ...);
PyAPI_FUNC(PyObject *) _PyObject_FastCall(PyObject *callable, PyObject *const *args,
                                          Py_ssize_t nargs);
PyAPI_FUNC(int) _PyObject_HasLen(PyObject *op);
PyAPI_FUNC(PyObject *) _PyObject_MakeTpCall(PyThreadState *tstate, PyObject *callable,
                                            PyObject *const *args, Py_ssize_t nargs,
                                            PyObject *keywords);
PyAPI_FUNC(int) _PyObject_RealIsInstance(PyObject *op, PyObject *klass);
PyAPI_FUNC(int) _PyObject_RealIsSubclass(PyObject *derived, PyObject *klass);
PyAPI_FUNC(char *const *) _PySequence_BytesToCharpArray(PyObject *op);
PyAPI_FUNC(Py_ssize_t) _PySequence_IterSearch(PyObject *op, PyObject *value, int what);
PyAPI_FUNC(PyObject *) _PyStack_AsDict(PyObject *const *values, PyObject *kwnames);
PyAPI_FUNC(PyObject *) _Py_CheckFunctionResult(PyThreadState *tstate, PyObject *callable,
                                               PyObject *result, const char *where);
PyAPI_FUNC(void) _Py_FreeCharPArray(char *const *array);
PyAPI_FUNC(void) _Py_add_one_to_index_C(int nd, Py_ssize_t *index, const Py_ssize_t *shape);
PyAPI_FUNC(void) _Py_add_one_to_index_F(int nd, Py_ssize_t *index, const Py_ssize_t *shape);
PyAPI_FUNC(int) _Py_convert_optional_to_ssize_t(PyObject *object, void *result);

#define _PyObject_Vectorcall PyObject_Vectorcall
#define _PyObject_VectorcallMethod PyObject_VectorcallMethod
#define _PyObject_FastCallDict PyObject_VectorcallDict
#define _PyVectorcall_Function PyVectorcall_Function
#define _PyObject_CallOneArg PyObject_CallOneArg
#define _PyObject_CallMethodNoArgs PyObject_CallMethodNoArgs
#define _PyObject_CallMethodOneArg PyObject_CallMethodOneArg

static inline PyObject *
PyObject_CallMethodNoArgs(PyObject *self, PyObject *name)
{
    return PyObject_VectorcallMethod(name, &self, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, _Py_NULL);
}

static inline PyObject *
PyObject_CallMethodOneArg(PyObject *self, PyObject *name, PyObject *arg)
{
    PyObject *args[2] = { self, arg };
    return PyObject_VectorcallMethod(name, args, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET, _Py_NULL);
}

static inline PyObject *
_PyObject_VectorcallMethodId(_Py_Identifier *name, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyObject *text = _PyUnicode_FromId(name);
    return text == _Py_NULL ? _Py_NULL : PyObject_VectorcallMethod(text, args, nargsf, kwnames);
}

static inline PyObject *
_PyObject_CallMethodIdNoArgs(PyObject *self, _Py_Identifier *name)
{
    return _PyObject_VectorcallMethodId(name, &self, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, _Py_NULL);
}

static inline PyObject *
_PyObject_CallMethodIdOneArg(PyObject *self, _Py_Identifier *name, PyObject *arg)
{
    PyObject *args[2] = { self, arg };
    return _PyObject_VectorcallMethodId(name, args, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET, _Py_NULL);
}

/* A new reference, of an object that has sq_item. */
#define PySequence_ITEM(o, i) (Py_TYPE(o)->tp_as_sequence->sq_item((o), (i)))

/* What _PySequence_IterSearch finds out. */
#define PY_ITERSEARCH_COUNT 1
#define PY_ITERSEARCH_INDEX 2
#define PY_ITERSEARCH_CONTAINS 3
#endif

#ifdef __cplusplus
}
#endif

#endif
