/* float and text: parsing, formatting, hexadecimal, and the exported string conversions. */
#include "types/float.h"

#include <float.h>
#include <math.h>
#include "base/copy.h"
#include "base/dtoa.h"
#include "object/declare.h"
#include "types/int.h"

/* ---- parsing ---------------------------------------------------------------------------- */

static bool
is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Does s begin with `word` (lower case) in any case? */
static bool
begins_with(const char *s, const char *word)
{
    for (; *word; s++, word++) {
        if ((*s | 0x20) != *word) return false;
    }
    return true;
}

/* An infinity or NaN with optional sign; *end = s and -1.0 if there is none. */
double
_Py_parse_inf_or_nan(const char *s, char **end)
{
    const char *p = s;
    bool negative = *p == '-';
    double value = -1.0;
    if (*p == '+' || *p == '-') p++;
    if (begins_with(p, "inf")) {
        p += begins_with(p + 3, "inity") ? 8 : 3;
        value = negative ? -HUGE_VAL : HUGE_VAL;
    } else if (begins_with(p, "nan")) {
        p += 3;
        value = negative ? -fabs(Py_NAN) : fabs(Py_NAN);
    } else {
        p = s;
    }
    *end = (char *)p;
    return value;
}

/* The double that begins at s.  Without a place for the end everything must be read.  A value that
   is too large is an exception of the type given, or infinity if that is NULL.  -1.0 on error. */
double
PyOS_string_to_double(const char *s, char **endptr, PyObject *overflow_exception)
{
    const char *end;
    double x = dtoa_parse(s, &end);
    bool overflow = isinf(x);
    if (end == s) {
        overflow = false;
        x = _Py_parse_inf_or_nan(s, (char **)&end);
    }
    if (endptr != NULL) *endptr = (char *)end;
    if (end == s || (endptr == NULL && *end != '\0')) {
        PyErr_Format(PyExc_ValueError, "could not convert string to float: '%.200s'", s);
        return -1.0;
    }
    if (overflow && overflow_exception != NULL) {
        PyErr_Format(overflow_exception, "value too large to convert to float: '%.200s'", s);
        return -1.0;
    }
    return x;
}

/* Call convert(text without underscores, length, arg); ValueError if an underscore does not stand
   between two digits. */
PyObject *
_Py_string_to_number_with_underscores(const char *s, Py_ssize_t length, const char *what,
                                      PyObject *shown, void *arg,
                                      PyObject *(*convert)(const char *, Py_ssize_t, void *))
{
    if (memchr(s, '_', (size_t)length) == NULL) return convert(s, length, arg);
    char *copy = PyMem_Malloc((size_t)length + 1);
    if (copy == NULL) return PyErr_NoMemory();
    Py_ssize_t n = 0;
    char before = '\0';
    bool good = true;
    for (Py_ssize_t i = 0; i < length && good; i++) {
        char c = s[i];
        if (c == '_') {
            good = Py_ISDIGIT(Py_CHARMASK(before));
        } else {
            if (before == '_') good = Py_ISDIGIT(Py_CHARMASK(c));
            copy[n++] = c;
        }
        before = c;
    }
    copy[n] = '\0';
    PyObject *result = NULL;
    if (good && before != '_') {
        result = convert(copy, n, arg);
    } else {
        PyErr_Format(PyExc_ValueError, "could not convert string to %s: %R", what, shown);
    }
    PyMem_Free(copy);
    return result;
}

/* `arg` is the object to show in an error. */
static PyObject *
float_from_text(const char *s, Py_ssize_t length, void *arg)
{
    char *end;
    double x = PyOS_string_to_double(s, &end, NULL);
    if (end != s + length || end == s) {
        PyErr_Format(PyExc_ValueError, "could not convert string to float: %R", (PyObject *)arg);
        return NULL;
    }
    if (x == -1.0 && PyErr_Occurred()) return NULL;
    return float_from_double(x);
}

/* A float from a str or bytes-like object: new reference. */
PyObject *
PyFloat_FromString(PyObject *op)
{
    PyObject *ascii = NULL, *result = NULL;
    Py_buffer view = {.obj = NULL};
    const char *s;
    Py_ssize_t length;
    if (PyUnicode_Check(op)) {
        ascii = _PyUnicode_TransformDecimalAndSpaceToASCII(op);
        if (ascii == NULL) return NULL;
        s = PyUnicode_AsUTF8AndSize(ascii, &length);
        if (s == NULL) goto done;
    } else if (PyBytes_Check(op)) {
        s = PyBytes_AS_STRING(op);
        length = PyBytes_GET_SIZE(op);
    } else if (PyByteArray_Check(op)) {
        s = PyByteArray_AS_STRING(op);
        length = PyByteArray_GET_SIZE(op);
    } else if (PyObject_GetBuffer(op, &view, PyBUF_SIMPLE) == 0) {
        /* A buffer need not end with a NUL. */
        ascii = PyBytes_FromStringAndSize(view.buf, view.len);
        if (ascii == NULL) goto done;
        s = PyBytes_AS_STRING(ascii);
        length = view.len;
    } else {
        PyErr_Format(PyExc_TypeError,
                     "float() argument must be a string or a real number, not '%.200s'",
                     Py_TYPE(op)->tp_name);
        return NULL;
    }
    const char *last = s + length;
    while (is_space(*s)) s++;
    while (s < last - 1 && is_space(last[-1])) last--;
    if (memchr(s, '_', (size_t)(last > s ? last - s : 0)) == NULL) {
        const char *end;
        double x = dtoa_parse(s, &end);
        if (end == last && end != s) {
            result = float_from_double(x);
            goto done;
        }
    }
    result = _Py_string_to_number_with_underscores(s, last - s, "float", op, op, float_from_text);
done:
    if (view.obj != NULL) PyBuffer_Release(&view);
    Py_XDECREF(ascii);
    return result;
}

/* ---- formatting ------------------------------------------------------------------------- */

/* Where a text is written: a fixed buffer while it suffices, then memory from PyMem_Malloc. */
struct FloatText {
    char *text;
    Py_ssize_t length;
    char local[64];
};

static status
text_reserve(struct FloatText *t, size_t room)
{
    t->text = t->local;
    t->length = 0;
    if (room > sizeof t->local) {
        t->text = room > PY_SSIZE_T_MAX ? NULL : PyMem_Malloc(room);
        if (t->text == NULL) {
            PyErr_NoMemory();
            return -1;
        }
    }
    return 0;
}

static void
text_clear(struct FloatText *t)
{
    if (t->text != t->local) PyMem_Free(t->text);
}

static void
text_char(struct FloatText *t, char c)
{
    t->text[t->length++] = c;
}

/* Digits from..to-1 of the n there are; zeros before the first and behind the last. */
static void
text_digits(struct FloatText *t, const char *digits, Py_ssize_t n, Py_ssize_t from, Py_ssize_t to)
{
    for (; from < to && from < 0; from++) text_char(t, '0');
    if (from < to && from < n) {
        Py_ssize_t take = (to < n ? to : n) - from;
        if (take <= 4) {
            for (Py_ssize_t i = 0; i < take; i++) t->text[t->length + i] = digits[from + i];
        } else {
            memcpy(t->text + t->length, digits + from, (size_t)take);
        }
        t->length += take;
        from += take;
    }
    if (from < to) {
        memset(t->text + t->length, '0', (size_t)(to - from));
        t->length += to - from;
    }
}

/* Infinity or NaN. */
static status
special_text(struct FloatText *t, double x, int flags, bool upper)
{
    if (text_reserve(t, 8) < 0) return -1;
    if (isnan(x)) {
        if (flags & Py_DTSF_SIGN) text_char(t, '+');
        memcpy(t->text + t->length, upper ? "NAN" : "nan", 3);
    } else {
        if (x < 0) {
            text_char(t, '-');
        } else if (flags & Py_DTSF_SIGN) {
            text_char(t, '+');
        }
        memcpy(t->text + t->length, upper ? "INF" : "inf", 3);
    }
    t->length += 3;
    return 0;
}

/* The text of x in the form that PyOS_double_to_string describes; the caller clears *t. */
static status
float_text(struct FloatText *t, double x, char code, int precision, int flags)
{
    bool upper = code < 'a';
    code |= 0x20;
    if (!isfinite(x)) return special_text(t, x, flags, upper);
    char digits[DTOA_ROOM + 8];
    double size = fabs(x);
    bool negative = signbit(x), use_exponent = false;
    int point, n;
    /* Places are counted from the first digit: the point stands before place `point`, and the text
       ends before place `last`. */
    Py_ssize_t last;
    switch (code) {
    case 'e':
        n = dtoa_significant(size, precision < INT_MAX ? precision + 1 : precision, digits, &point);
        last = (Py_ssize_t)precision + 1;
        use_exponent = true;
        break;
    case 'f':
        n = dtoa_places(size, precision, digits, &point);
        last = (Py_ssize_t)point + precision;
        break;
    case 'g':
        if (precision == 0) precision = 1;
        n = dtoa_significant(size, precision, digits, &point);
        last = flags & Py_DTSF_ALT ? precision : n;
        use_exponent = point <= -4 || point > precision - (flags & Py_DTSF_ADD_DOT_0 ? 1 : 0);
        break;
    default:
        n = dtoa_shortest(size, digits, &point);
        last = n;
        use_exponent = point <= -4 || point > 16;
        break;
    }
    if ((flags & Py_DTSF_NO_NEG_0) && negative && (n == 0 || (n == 1 && digits[0] == '0'))) {
        negative = false;
    }
    int exponent = 0;
    if (use_exponent) {
        exponent = point - 1;
        point = 1;
    }
    Py_ssize_t first = point <= 0 ? point - 1 : 0;
    Py_ssize_t least = !use_exponent && (flags & Py_DTSF_ADD_DOT_0) ? point + 1 : point;
    if (last < least) last = least;
    if (text_reserve(t, (size_t)(last - first) + 12) < 0) return -1;
    if (negative) {
        text_char(t, '-');
    } else if (flags & Py_DTSF_SIGN) {
        text_char(t, '+');
    }
    text_digits(t, digits, n, first, point);
    if (last > point || (flags & Py_DTSF_ALT)) text_char(t, '.');
    text_digits(t, digits, n, point, last);
    if (use_exponent) {
        text_char(t, upper ? 'E' : 'e');
        text_char(t, exponent < 0 ? '-' : '+');
        if (exponent < 0) exponent = -exponent;
        if (exponent >= 100) text_char(t, (char)('0' + exponent / 100));
        text_char(t, (char)('0' + exponent / 10 % 10));
        text_char(t, (char)('0' + exponent % 10));
    }
    return 0;
}

/* x as text, in memory from PyMem_Malloc.  code: 'e', 'f', 'g' (or capitals) with a precision, 'r'
   for the shortest text that reads back as x.  flags: Py_DTSF_SIGN always a sign, ADD_DOT_0 always
   something behind the point, ALT the other form, NO_NEG_0 no sign for what is rounded to zero.
   *type, if wanted: Py_DTST_FINITE, INFINITE or NAN. */
char *
PyOS_double_to_string(double x, char code, int precision, int flags, int *type)
{
    if (strchr("eEfFgGr", code) == NULL || code == '\0' || (code == 'r' && precision != 0)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    struct FloatText t;
    if (float_text(&t, x, code, precision, flags) < 0) return NULL;
    char *result = PyMem_Malloc((size_t)t.length + 1);
    if (result != NULL) {
        memcpy(result, t.text, (size_t)t.length);
        result[t.length] = '\0';
        if (type != NULL) *type = isnan(x) ? Py_DTST_NAN : isinf(x) ? Py_DTST_INFINITE : Py_DTST_FINITE;
    } else {
        PyErr_NoMemory();
    }
    text_clear(&t);
    return result;
}

status
float_write_text(_PyUnicodeWriter *writer, double x, char code, int precision, int flags)
{
    struct FloatText t;
    if (float_text(&t, x, code, precision, flags) < 0) return -1;
    status written = _PyUnicodeWriter_WriteASCIIString(writer, t.text, t.length);
    text_clear(&t);
    return written;
}

PyObject *
float_to_text(double x)
{
    struct FloatText t;
    if (float_text(&t, x, 'r', 0, Py_DTSF_ADD_DOT_0) < 0) return NULL;
    PyObject *text = PyUnicode_New(t.length, 127);
    if (text != NULL) copy_short(PyUnicode_1BYTE_DATA(text), t.text, (size_t)t.length);
    text_clear(&t);
    return text;
}

/* ---- hexadecimal ------------------------------------------------------------------------ */

METHOD(float, hex, "($self, /)",
       "The exact value in hexadecimal.\n"
       "\n"
       ">>> (-3.0).hex()\n"
       "'-0x1.8000000000000p+1'\n"
       ">>> 0.1.hex()\n"
       "'0x1.999999999999ap-4'")
PyObject *
float_hex(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    double x = PyFloat_AS_DOUBLE(self);
    if (!isfinite(x)) return float_to_text(x);
    char text[40];
    const char *sign = signbit(x) ? "-" : "";
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int exponent = (int)(bits >> 52 & 0x7ff);
    unsigned long mantissa = bits & (((uint64_t)1 << 52) - 1);
    if (x == 0.0) {
        snprintf(text, sizeof text, "%s0x0.0p+0", sign);
    } else {
        snprintf(text, sizeof text, "%s0x%d.%013lxp%+d", sign, exponent != 0, mantissa,
                 (exponent ? exponent : 1) - 1023);
    }
    return PyUnicode_FromString(text);
}

/* 2**exponent times the hexadecimal digits at s (the point among them does not count), rounded half
   to even; OverflowError. */
static truth
hex_value(const char *s, Py_ssize_t ndigits, long exponent, double *x)
{
    /* The first 60 bits exactly, then one sticky bit. */
    uint64_t mantissa = 0;
    bool sticky = false;
    int taken = 0;
    for (; ndigits > 0; s++) {
        if (*s == '.') continue;
        ndigits--;
        unsigned digit = _PyLong_DigitValue[(unsigned char)*s];
        if (taken < 15) {
            mantissa = mantissa << 4 | digit;
            taken += mantissa != 0;
        } else {
            sticky |= digit != 0;
            exponent += 4;
        }
    }
    if (mantissa == 0) {
        *x = 0.0;
        return 1;
    }
    int bits = 64 - __builtin_clzll(mantissa);
    long top = exponent + bits;                     /* the value is below 2**top */
    if (top > DBL_MAX_EXP) return 0;
    if (top < DBL_MIN_EXP - DBL_MANT_DIG) {
        *x = 0.0;
        return 1;
    }
    long lowest = top - DBL_MANT_DIG;               /* exponent of the last bit that stays */
    if (lowest < DBL_MIN_EXP - DBL_MANT_DIG) lowest = DBL_MIN_EXP - DBL_MANT_DIG;
    long drop = lowest - exponent;
    if (drop > 0) {
        uint64_t rest = mantissa & (((uint64_t)1 << drop) - 1), half = (uint64_t)1 << (drop - 1);
        mantissa >>= drop;
        if (rest > half || (rest == half && (sticky || (mantissa & 1)))) mantissa++;
        exponent = lowest;
    }
    *x = ldexp((double)mantissa, (int)exponent);
    return !isinf(*x);
}

CLASSMETHOD(float, fromhex, "($type, string, /)",
            "The float that a hexadecimal text stands for.\n"
            "\n"
            ">>> float.fromhex('-0x1.8p+1')\n"
            "-3.0\n"
            ">>> float.fromhex('0x.4')\n"
            "0.25")
PyObject *
float_fromhex(PyTypeObject *type, PyObject *string)
{
    Py_ssize_t length;
    const char *s = PyUnicode_AsUTF8AndSize(string, &length);
    if (s == NULL) return NULL;
    const char *end = s + length;
    double x;
    while (is_space(*s)) s++;
    const char *p;
    x = _Py_parse_inf_or_nan(s, (char **)&p);
    if (p == s) {
        bool negative = *s == '-';
        if (*s == '+' || *s == '-') s++;
        if (*s == '0' && (s[1] == 'x' || s[1] == 'X')) s += 2;
        const char *first = s;
        Py_ssize_t before = 0, behind = 0;
        while (_PyLong_DigitValue[(unsigned char)*s] < 16) s++, before++;
        if (*s == '.') {
            for (s++; _PyLong_DigitValue[(unsigned char)*s] < 16; s++) behind++;
        }
        if (before + behind == 0) goto malformed;
        if (before + behind > LONG_MAX / 8) {
            PyErr_SetString(PyExc_ValueError, "hexadecimal string too long to convert");
            return NULL;
        }
        long exponent = 0;
        if (*s == 'p' || *s == 'P') {
            s++;
            bool down = *s == '-';
            if (*s == '+' || *s == '-') s++;
            if (!Py_ISDIGIT(Py_CHARMASK(*s))) goto malformed;
            for (; Py_ISDIGIT(Py_CHARMASK(*s)); s++) {
                if (exponent < LONG_MAX / 16) exponent = exponent * 10 + (*s - '0');
            }
            if (down) exponent = -exponent;
        }
        p = s;
        if (!hex_value(first, before + behind, exponent - 4 * (long)behind, &x)) {
            PyErr_SetString(PyExc_OverflowError,
                            "hexadecimal value too large to represent as a float");
            return NULL;
        }
        if (negative) x = -x;
    }
    while (is_space(*p)) p++;
    if (p != end) goto malformed;
    PyObject *result = float_from_double(x);
    if (result != NULL && type != &PyFloat_Type) {
        Py_SETREF(result, PyObject_CallOneArg((PyObject *)type, result));
    }
    return result;
malformed:
    PyErr_SetString(PyExc_ValueError, "invalid hexadecimal floating-point string");
    return NULL;
}

/* ---- exported under their old names ----------------------------------------------------- */

/* The double that begins at s, as far as digits go; *end = s if there is none. */
double
_Py_dg_strtod(const char *s, char **end)
{
    const char *stopped;
    double x = dtoa_parse(s, &stopped);
    if (end != NULL) *end = (char *)stopped;
    if (isinf(x)) errno = ERANGE;
    return x;
}

/* Digits of x as a C string to be given to _Py_dg_freedtoa.  mode 0: shortest; 2: ndigits
   significant ones; 3: ndigits behind the point.  *decpt is where the point stands, 9999 for
   "Infinity" and "NaN". */
char *
_Py_dg_dtoa(double x, int mode, int ndigits, int *decpt, int *sign, char **rve)
{
    char digits[DTOA_ROOM + 8];
    const char *from = digits;
    int n;
    *sign = signbit(x) != 0;
    if (!isfinite(x)) {
        *decpt = 9999;
        from = isnan(x) ? "NaN" : "Infinity";
        n = (int)strlen(from);
    } else if (mode == 2) {
        n = dtoa_significant(fabs(x), ndigits > 0 ? ndigits : 1, digits, decpt);
    } else if (mode == 3) {
        n = dtoa_places(fabs(x), ndigits, digits, decpt);
    } else {
        n = dtoa_shortest(fabs(x), digits, decpt);
    }
    char *result = PyMem_Malloc((size_t)n + 1);
    if (result == NULL) return NULL;
    memcpy(result, from, (size_t)n);
    result[n] = '\0';
    if (rve != NULL) *rve = result + n;
    return result;
}

void
_Py_dg_freedtoa(char *digits)
{
    PyMem_Free(digits);
}

double
_Py_dg_infinity(int sign)
{
    return sign ? -HUGE_VAL : HUGE_VAL;
}

double
_Py_dg_stdnan(int sign)
{
    return sign ? -fabs(Py_NAN) : fabs(Py_NAN);
}

#include "gen/types/float_text.inc"
