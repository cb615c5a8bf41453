/* dict and its views.  PyDict_GetItem* and PyDict_Next give borrowed references. */
#ifndef Py_DICTOBJECT_H
#define Py_DICTOBJECT_H

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_DATA(PyTypeObject) PyDictItems_Type;
PyAPI_DATA(PyTypeObject) PyDictIterItem_Type;
PyAPI_DATA(PyTypeObject) PyDictIterKey_Type;
PyAPI_DATA(PyTypeObject) PyDictIterValue_Type;
PyAPI_DATA(PyTypeObject) PyDictKeys_Type;
PyAPI_DATA(PyTypeObject) PyDictRevIterItem_Type;
PyAPI_DATA(PyTypeObject) PyDictRevIterKey_Type;
PyAPI_DATA(PyTypeObject) PyDictRevIterValue_Type;
PyAPI_DATA(PyTypeObject) PyDictValues_Type;
PyAPI_DATA(PyTypeObject) PyDict_Type;

PyAPI_FUNC(void) PyDict_Clear(PyObject *op);
PyAPI_FUNC(int) PyDict_Contains(PyObject *op, PyObject *key);
PyAPI_FUNC(PyObject *) PyDict_Copy(PyObject *op);
PyAPI_FUNC(int) PyDict_DelItem(PyObject *op, PyObject *key);
PyAPI_FUNC(int) PyDict_DelItemString(PyObject *op, const char *text);
PyAPI_FUNC(PyObject *) PyDict_GetItem(PyObject *op, PyObject *key);
PyAPI_FUNC(PyObject *) PyDict_GetItemString(PyObject *op, const char *text);
PyAPI_FUNC(PyObject *) PyDict_GetItemWithError(PyObject *op, PyObject *key);
PyAPI_FUNC(PyObject *) PyDict_Items(PyObject *op);
PyAPI_FUNC(PyObject *) PyDict_Keys(PyObject *op);
PyAPI_FUNC(int) PyDict_Merge(PyObject *dict, PyObject *other, int override);
PyAPI_FUNC(int) PyDict_MergeFromSeq2(PyObject *dict, PyObject *pairs, int override);
PyAPI_FUNC(PyObject *) PyDict_New(void);
PyAPI_FUNC(int) PyDict_Next(PyObject *op, Py_ssize_t *pos, PyObject **key, PyObject **value);
PyAPI_FUNC(int) PyDict_SetItem(PyObject *op, PyObject *key, PyObject *value);
PyAPI_FUNC(int) PyDict_SetItemString(PyObject *op, const char *text, PyObject *value);
PyAPI_FUNC(Py_ssize_t) PyDict_Size(PyObject *op);
PyAPI_FUNC(int) PyDict_Update(PyObject *dict, PyObject *other);
PyAPI_FUNC(PyObject *) PyDict_Values(PyObject *op);

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x030a0000
PyAPI_FUNC(PyObject *) PyObject_GenericGetDict(PyObject *op, void *context);
#endif

#define PyDict_Check(op) PyType_FastSubclass(Py_TYPE(op), Py_TPFLAGS_DICT_SUBCLASS)
#define PyDict_CheckExact(op) Py_IS_TYPE((op), &PyDict_Type)
#define PyDictKeys_Check(op) PyObject_TypeCheck((op), &PyDictKeys_Type)
#define PyDictValues_Check(op) PyObject_TypeCheck((op), &PyDictValues_Type)
#define PyDictItems_Check(op) PyObject_TypeCheck((op), &PyDictItems_Type)
#define PyDictViewSet_Check(op) (PyDictKeys_Check(op) || PyDictItems_Check(op))

#ifndef Py_LIMITED_API
typedef struct _dictkeysobject PyDictKeysObject;
typedef struct _dictvalues PyDictValues;

/* ma_version_tag is unique among all dicts and changes with every change.  ma_values is not NULL
   when the keys are shared with other instances of a class. */
typedef struct {
    PyObject_HEAD
    Py_ssize_t ma_used;
    uint64_t ma_version_tag;
    PyDictKeysObject *ma_keys;
    PyDictValues *ma_values;
} PyDictObject;

typedef struct {
    PyObject_HEAD
    PyDictObject *dv_dict;
} _PyDictViewObject;

PyAPI_FUNC(PyObject *) PyDict_SetDefault(PyObject *op, PyObject *key, PyObject *fallback);
PyAPI_FUNC(PyObject *) _PyDictView_Intersect(PyObject *self, PyObject *other);
PyAPI_FUNC(PyObject *) _PyDictView_New(PyObject *dict, PyTypeObject *type);
PyAPI_FUNC(int) _PyDict_ContainsId(PyObject *op, _Py_Identifier *id);
PyAPI_FUNC(int) _PyDict_Contains_KnownHash(PyObject *op, PyObject *key, Py_hash_t hash);
PyAPI_FUNC(void) _PyDict_DebugMallocStats(FILE *out);
PyAPI_FUNC(int) _PyDict_DelItemId(PyObject *op, _Py_Identifier *id);
PyAPI_FUNC(int) _PyDict_DelItemIf(PyObject *op, PyObject *key, int (*predicate)(PyObject *));
PyAPI_FUNC(int) _PyDict_DelItem_KnownHash(PyObject *op, PyObject *key, Py_hash_t hash);
PyAPI_FUNC(PyObject *) _PyDict_GetItemIdWithError(PyObject *op, _Py_Identifier *id);
PyAPI_FUNC(PyObject *) _PyDict_GetItemStringWithError(PyObject *op, const char *text);
PyAPI_FUNC(PyObject *) _PyDict_GetItemWithError(PyObject *op, PyObject *key);
PyAPI_FUNC(PyObject *) _PyDict_GetItem_KnownHash(PyObject *op, PyObject *key, Py_hash_t hash);
PyAPI_FUNC(int) _PyDict_HasOnlyStringKeys(PyObject *op);
PyAPI_FUNC(void) _PyDict_MaybeUntrack(PyObject *op);
PyAPI_FUNC(int) _PyDict_MergeEx(PyObject *dict, PyObject *other, int override);
PyAPI_FUNC(PyObject *) _PyDict_NewPresized(Py_ssize_t minused);
PyAPI_FUNC(int) _PyDict_Next(PyObject *op, Py_ssize_t *pos, PyObject **key, PyObject **value,
                             Py_hash_t *hash);
PyAPI_FUNC(PyObject *) _PyDict_Pop(PyObject *op, PyObject *key, PyObject *fallback);
PyAPI_FUNC(int) _PyDict_SetItemId(PyObject *op, _Py_Identifier *id, PyObject *value);
PyAPI_FUNC(int) _PyDict_SetItem_KnownHash(PyObject *op, PyObject *key, PyObject *value,
                                          Py_hash_t hash);
PyAPI_FUNC(Py_ssize_t) _PyDict_SizeOf(PyDictObject *dict);

#define PyDict_GET_SIZE(mp) (_Py_CAST(PyDictObject *, (mp))->ma_used)
#define _PyDict_HasSplitTable(d) ((d)->ma_values != NULL)
#endif

#ifdef __cplusplus
}
#endif

#endif
