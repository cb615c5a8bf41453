/* The inside of an int: |ob_size| digits of 30 bits, least significant first; the sign is that of ob_size. */
#ifndef Py_LONGINTREPR_H
#define Py_LONGINTREPR_H

#ifdef __cplusplus
extern "C" {
#endif

#ifndef Py_LIMITED_API
typedef uint32_t digit;
typedef int32_t sdigit;
typedef uint64_t twodigits;
typedef int64_t stwodigits;

#define PyLong_SHIFT 30
#define PyLong_BASE ((digit)1 << PyLong_SHIFT)
#define PyLong_MASK ((digit)(PyLong_BASE - 1))
/* The largest power of ten below PyLong_BASE. */
#define _PyLong_DECIMAL_SHIFT 9
#define _PyLong_DECIMAL_BASE ((digit)1000000000)

struct _longobject {
    PyObject_VAR_HEAD
    digit ob_digit[1];
};

PyAPI_FUNC(PyObject *) _PyLong_Copy(PyLongObject *v);
PyAPI_FUNC(PyLongObject *) _PyLong_New(Py_ssize_t size);

#endif

#ifdef __cplusplus
}
#endif

#endif
