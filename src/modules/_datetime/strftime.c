/* What date, time and datetime add to time.strftime(): %z, %Z and %f, replaced before it is called. */
#include "modules/_datetime/_datetime.h"

typedef struct {
    char *data;
    size_t length, capacity;
} Text;

static status
text_add(Text *text, const char *from, size_t length)
{
    if (text->length + length + 1 > text->capacity) {
        size_t capacity = 2 * (text->length + length) + 64;
        char *data = PyMem_Realloc(text->data, capacity);
        if (data == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        text->data = data;
        text->capacity = capacity;
    }
    memcpy(text->data + text->length, from, length);
    text->length += length;
    text->data[text->length] = '\0';
    return 0;
}

static status
add_offset(Text *text, PyObject *self, PyObject *argument)
{
    char offset[ISO_TEXT_SIZE];
    char *end = iso_put_offset(offset, peek_tzinfo(self), argument, "");
    return end == NULL ? -1 : text_add(text, offset, (size_t)(end - offset));
}

/* The zone's name; a percent sign in it must survive time.strftime(). */
static status
add_zone(Text *text, PyObject *self, PyObject *argument)
{
    PyObject *name = tzinfo_tzname_of(peek_tzinfo(self), argument);
    if (name == NULL) return -1;
    status done = 0;
    if (name != Py_None) {
        PyObject *escaped = PyObject_CallMethod(name, "replace", "ss", "%", "%%");
        Py_ssize_t length;
        const char *utf8 = NULL;
        if (escaped != NULL && !PyUnicode_Check(escaped)) {
            PyErr_SetString(PyExc_TypeError, "tzname.replace() did not return a string");
        } else if (escaped != NULL) {
            utf8 = PyUnicode_AsUTF8AndSize(escaped, &length);
        }
        done = utf8 ? text_add(text, utf8, (size_t)length) : -1;
        Py_XDECREF(escaped);
    }
    Py_DECREF(name);
    return done;
}

static status
add_fraction(Text *text, PyObject *self)
{
    char digits[16];
    int value = IS_DATETIME(self) ? PyDateTime_DATE_GET_MICROSECOND(self)
                : IS_TIME(self)   ? PyDateTime_TIME_GET_MICROSECOND(self)
                                  : 0;
    return text_add(text, digits, (size_t)snprintf(digits, sizeof(digits), "%06d", value));
}

static status
expand(Text *text, const char *format, const char *end, PyObject *self, PyObject *argument)
{
    while (format < end) {
        const char *percent = memchr(format, '%', (size_t)(end - format));
        if (percent == NULL || percent + 1 == end) {
            return text_add(text, format, (size_t)(end - format));
        }
        if (text_add(text, format, (size_t)(percent - format)) < 0) return -1;
        format = percent + 2;
        status done = percent[1] == 'z'   ? add_offset(text, self, argument)
                      : percent[1] == 'Z' ? add_zone(text, self, argument)
                      : percent[1] == 'f' ? add_fraction(text, self)
                                          : text_add(text, percent, 2);
        if (done < 0) return -1;
    }
    return 0;
}

PyObject *
format_time(PyObject *self, PyObject *format, PyObject *timetuple, PyObject *argument)
{
    Py_ssize_t length;
    const char *utf8 = PyUnicode_AsUTF8AndSize(format, &length);
    if (utf8 == NULL) return NULL;
    Text text = {0};
    PyObject *expanded = NULL, *result = NULL;
    if (text_add(&text, "", 0) == 0 && expand(&text, utf8, utf8 + length, self, argument) == 0) {
        expanded = PyUnicode_FromString(text.data);
    }
    PyMem_Free(text.data);
    PyObject *module = expanded ? PyImport_ImportModule("time") : NULL;
    if (module != NULL) {
        result = PyObject_CallMethodObjArgs(module, ID(strftime), expanded, timetuple, NULL);
        Py_DECREF(module);
    }
    Py_XDECREF(expanded);
    return result;
}
