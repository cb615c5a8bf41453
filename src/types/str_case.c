/* str: upper and lower case, and the questions about characters.

   Case conversion is Unicode's full mapping: one character may become up to three, and a capital
   sigma at the end of a word becomes U+03C2 (SpecialCasing.txt, Final_Sigma). */
#include <Python.h>
#include <string.h>
#include "base/octets.h"
#include "base/unichar.h"
#include "base/utf.h"
#include "object/declare.h"
#include "types/str.h"

/* ---- the exported questions about one code point -------------------------------------------- */

#define EXPORT_TEST(name, test)                                                                    \
    int _PyUnicode_Is##name(Py_UCS4 ch)                                                            \
    {                                                                                              \
        return unichar_is_##test(ch);                                                              \
    }

EXPORT_TEST(Lowercase, lower)
EXPORT_TEST(Uppercase, upper)
EXPORT_TEST(Titlecase, title)
EXPORT_TEST(XidStart, xid_start)
EXPORT_TEST(XidContinue, xid_continue)
EXPORT_TEST(Whitespace, space)
EXPORT_TEST(Linebreak, linebreak)
EXPORT_TEST(CaseIgnorable, case_ignorable)
EXPORT_TEST(Cased, cased)
EXPORT_TEST(DecimalDigit, decimal)
EXPORT_TEST(Digit, digit)
EXPORT_TEST(Numeric, numeric)
EXPORT_TEST(Printable, printable)
EXPORT_TEST(Alpha, alpha)

Py_UCS4
_PyUnicode_ToLowercase(Py_UCS4 ch)
{
    return unichar_lower(ch);
}

Py_UCS4
_PyUnicode_ToUppercase(Py_UCS4 ch)
{
    return unichar_upper(ch);
}

Py_UCS4
_PyUnicode_ToTitlecase(Py_UCS4 ch)
{
    return unichar_title(ch);
}

int
_PyUnicode_ToLowerFull(Py_UCS4 ch, Py_UCS4 *res)
{
    return unichar_map(ch, UNICHAR_TO_LOWER, res);
}

int
_PyUnicode_ToUpperFull(Py_UCS4 ch, Py_UCS4 *res)
{
    return unichar_map(ch, UNICHAR_TO_UPPER, res);
}

int
_PyUnicode_ToTitleFull(Py_UCS4 ch, Py_UCS4 *res)
{
    return unichar_map(ch, UNICHAR_TO_TITLE, res);
}

int
_PyUnicode_ToFoldedFull(Py_UCS4 ch, Py_UCS4 *res)
{
    return unichar_map(ch, UNICHAR_TO_FOLDED, res);
}

int
_PyUnicode_ToDecimalDigit(Py_UCS4 ch)
{
    return unichar_decimal(ch);
}

int
_PyUnicode_ToDigit(Py_UCS4 ch)
{
    return unichar_digit(ch);
}

double
_PyUnicode_ToNumeric(Py_UCS4 ch)
{
    return unichar_numeric(ch);
}

/* White space by the first 128 code points, exported for the headers' macros. */
const unsigned char _Py_ascii_whitespace[128] = {
    [9] = 1, [10] = 1, [11] = 1, [12] = 1, [13] = 1, [28] = 1, [29] = 1, [30] = 1, [31] = 1, [32] = 1,
};

/* ---- conversion ----------------------------------------------------------------------------- */

enum { CAPITAL_SIGMA = 0x3a3, SMALL_SIGMA = 0x3c3, FINAL_SIGMA = 0x3c2 };

/* The lower case of the capital sigma at u[i]: final if a cased character comes before and none
   after, case-ignorable ones not counted. */
static Py_UCS4
lower_sigma(struct units u, Py_ssize_t i)
{
    Py_ssize_t before = i - 1, after = i + 1;
    while (before >= 0 && unichar_is_case_ignorable(unit_at(u, before)))
        before--;
    if (before < 0 || !unichar_is_cased(unit_at(u, before)))
        return SMALL_SIGMA;
    while (after < u.length && unichar_is_case_ignorable(unit_at(u, after)))
        after++;
    return after < u.length && unichar_is_cased(unit_at(u, after)) ? SMALL_SIGMA : FINAL_SIGMA;
}

static int
lower_at(struct units u, Py_ssize_t i, Py_UCS4 *out)
{
    Py_UCS4 ch = unit_at(u, i);
    if (ch == CAPITAL_SIGMA) {
        out[0] = lower_sigma(u, i);
        return 1;
    }
    return unichar_map(ch, UNICHAR_TO_LOWER, out);
}

static Py_ssize_t
map_lower(const struct units *text, Py_UCS4 *out)
{
    const struct units u = *text;
    Py_ssize_t n = 0;
    for (Py_ssize_t i = 0; i < u.length; i++)
        n += lower_at(u, i, out + n);
    return n;
}

static Py_ssize_t
map_upper(const struct units *text, Py_UCS4 *out)
{
    const struct units u = *text;
    Py_ssize_t n = 0;
    for (Py_ssize_t i = 0; i < u.length; i++)
        n += unichar_map(unit_at(u, i), UNICHAR_TO_UPPER, out + n);
    return n;
}

static Py_ssize_t
map_casefold(const struct units *text, Py_UCS4 *out)
{
    const struct units u = *text;
    Py_ssize_t n = 0;
    for (Py_ssize_t i = 0; i < u.length; i++)
        n += unichar_map(unit_at(u, i), UNICHAR_TO_FOLDED, out + n);
    return n;
}

static Py_ssize_t
map_swapcase(const struct units *text, Py_UCS4 *out)
{
    const struct units u = *text;
    Py_ssize_t n = 0;
    for (Py_ssize_t i = 0; i < u.length; i++) {
        Py_UCS4 ch = unit_at(u, i);
        if (unichar_is_upper(ch))
            n += lower_at(u, i, out + n);
        else if (unichar_is_lower(ch))
            n += unichar_map(ch, UNICHAR_TO_UPPER, out + n);
        else
            out[n++] = ch;
    }
    return n;
}

static Py_ssize_t
map_title(const struct units *text, Py_UCS4 *out)
{
    const struct units u = *text;
    Py_ssize_t n = 0;
    bool in_word = false;
    for (Py_ssize_t i = 0; i < u.length; i++) {
        Py_UCS4 ch = unit_at(u, i);
        n += in_word ? lower_at(u, i, out + n) : unichar_map(ch, UNICHAR_TO_TITLE, out + n);
        in_word = unichar_is_cased(ch);
    }
    return n;
}

static Py_ssize_t
map_capitalize(const struct units *text, Py_UCS4 *out)
{
    const struct units u = *text;
    Py_ssize_t n = unichar_map(unit_at(u, 0), UNICHAR_TO_TITLE, out);
    for (Py_ssize_t i = 1; i < u.length; i++)
        n += lower_at(u, i, out + n);
    return n;
}

/* Applies a mapping that writes at most three code points for each. */
static PyObject *
map_case(PyObject *self, Py_ssize_t (*map)(const struct units *, Py_UCS4 *))
{
    if (PyUnicode_READY(self) < 0)
        return NULL;
    struct units u = str_units(self);
    if (u.length == 0)
        return str_new_empty();
    if (u.length > PY_SSIZE_T_MAX / 12) {
        PyErr_SetString(PyExc_OverflowError, "string is too long");
        return NULL;
    }
    Py_UCS4 few[96], *out = few;
    if (u.length > (Py_ssize_t)ARRAY_LEN(few) / 3) {
        out = PyMem_Malloc((size_t)u.length * 3 * sizeof(Py_UCS4));
        if (out == NULL)
            return PyErr_NoMemory();
    }
    PyObject *result = PyUnicode_FromKindAndData(4, out, map(&u, out));
    if (out != few)
        PyMem_Free(out);
    return result;
}

static PyObject *
map_ascii(PyObject *self, void (*kernel)(const uint8_t *, size_t, uint8_t *))
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(self);
    if (length <= 1) {
        uint8_t ch;
        if (length == 0)
            return str_new_empty();
        kernel(PyUnicode_1BYTE_DATA(self), 1, &ch);
        return str_new_latin1(ch);
    }
    PyObject *result = PyUnicode_New(length, 0x7f);
    if (result == NULL)
        return NULL;
    kernel(PyUnicode_1BYTE_DATA(self), (size_t)length, PyUnicode_1BYTE_DATA(result));
    return result;
}

METHOD(str, lower, "($self, /)", "A copy in lower case.")
PyObject *
str_lower(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    if (PyUnicode_READY(self) == 0 && PyUnicode_IS_ASCII(self))
        return map_ascii(self, octets_lower);
    return map_case(self, map_lower);
}

METHOD(str, upper, "($self, /)", "A copy in upper case.")
PyObject *
str_upper(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    if (PyUnicode_READY(self) == 0 && PyUnicode_IS_ASCII(self))
        return map_ascii(self, octets_upper);
    return map_case(self, map_upper);
}

METHOD(str, casefold, "($self, /)", "A copy for comparing without regard to case.")
PyObject *
str_casefold(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    if (PyUnicode_READY(self) == 0 && PyUnicode_IS_ASCII(self))
        return map_ascii(self, octets_lower);
    return map_case(self, map_casefold);
}

METHOD(str, swapcase, "($self, /)", "A copy with upper and lower case exchanged.")
PyObject *
str_swapcase(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    if (PyUnicode_READY(self) == 0 && PyUnicode_IS_ASCII(self))
        return map_ascii(self, octets_swapcase);
    return map_case(self, map_swapcase);
}

METHOD(str, title, "($self, /)", "A copy in which every word begins with a capital letter.")
PyObject *
str_title(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    if (PyUnicode_READY(self) == 0 && PyUnicode_IS_ASCII(self))
        return map_ascii(self, octets_title);
    return map_case(self, map_title);
}

METHOD(str, capitalize, "($self, /)",
       "A copy that begins with a capital letter and goes on in lower case.")
PyObject *
str_capitalize(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    if (PyUnicode_READY(self) == 0 && PyUnicode_IS_ASCII(self))
        return map_ascii(self, octets_capitalize);
    return map_case(self, map_capitalize);
}

/* ---- questions ------------------------------------------------------------------------------ */

/* Whether the string is not empty and the test holds for every character; `bytes` says the same
   of ASCII text, where there is such a kernel. */
static PyObject *
every(PyObject *self, bool (*test)(uint32_t), bool (*bytes)(const uint8_t *, size_t))
{
    if (PyUnicode_READY(self) < 0)
        return NULL;
    struct units u = str_units(self);
    if (bytes != NULL && PyUnicode_IS_ASCII(self))
        return PyBool_FromLong(u.length > 0 && bytes(u.data, (size_t)u.length));
    for (Py_ssize_t i = 0; i < u.length; i++)
        if (!test(unit_at(u, i)))
            Py_RETURN_FALSE;
    return PyBool_FromLong(u.length > 0);
}

METHOD(str, isalpha, "($self, /)", "Whether there are characters, and all of them letters.")
PyObject *
str_isalpha(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return every(self, unichar_is_alpha, octets_are_alpha);
}

METHOD(str, isalnum, "($self, /)", "Whether there are characters, and all of them letters or numbers.")
PyObject *
str_isalnum(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return every(self, unichar_is_alnum, octets_are_alnum);
}

METHOD(str, isdecimal, "($self, /)", "Whether there are characters, and all of them decimal digits.")
PyObject *
str_isdecimal(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return every(self, unichar_is_decimal, octets_are_digit);
}

METHOD(str, isdigit, "($self, /)", "Whether there are characters, and all of them digits.")
PyObject *
str_isdigit(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return every(self, unichar_is_digit, octets_are_digit);
}

METHOD(str, isnumeric, "($self, /)", "Whether there are characters, and all of them numeric.")
PyObject *
str_isnumeric(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return every(self, unichar_is_numeric, octets_are_digit);
}

METHOD(str, isspace, "($self, /)", "Whether there are characters, and all of them white space.")
PyObject *
str_isspace(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return every(self, unichar_is_space, NULL);
}

METHOD(str, isprintable, "($self, /)", "Whether repr() would show every character as it is.")
PyObject *
str_isprintable(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    if (PyUnicode_READY(self) == 0 && PyUnicode_GET_LENGTH(self) == 0)
        Py_RETURN_TRUE;
    return every(self, unichar_is_printable, NULL);
}

METHOD(str, isascii, "($self, /)", "Whether every character is below U+0080.")
PyObject *
str_isascii(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyUnicode_READY(self) < 0 ? NULL : PyBool_FromLong(PyUnicode_IS_ASCII(self));
}

/* Whether some character is cased and every cased one is of the wanted case. */
static PyObject *
one_case(PyObject *self, bool (*wanted)(uint32_t), bool (*other)(uint32_t))
{
    if (PyUnicode_READY(self) < 0)
        return NULL;
    struct units u = str_units(self);
    bool found = false;
    for (Py_ssize_t i = 0; i < u.length; i++) {
        Py_UCS4 ch = unit_at(u, i);
        if (other(ch) || unichar_is_title(ch))
            Py_RETURN_FALSE;
        found |= wanted(ch);
    }
    return PyBool_FromLong(found);
}

METHOD(str, islower, "($self, /)", "Whether there are cased characters, and all of them lower case.")
PyObject *
str_islower(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return one_case(self, unichar_is_lower, unichar_is_upper);
}

METHOD(str, isupper, "($self, /)", "Whether there are cased characters, and all of them upper case.")
PyObject *
str_isupper(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return one_case(self, unichar_is_upper, unichar_is_lower);
}

METHOD(str, istitle, "($self, /)",
       "Whether there are cased characters, and capitals begin all words and only words.")
PyObject *
str_istitle(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    if (PyUnicode_READY(self) < 0)
        return NULL;
    struct units u = str_units(self);
    bool in_word = false, found = false;
    for (Py_ssize_t i = 0; i < u.length; i++) {
        Py_UCS4 ch = unit_at(u, i);
        bool capital = unichar_is_upper(ch) || unichar_is_title(ch), lower = unichar_is_lower(ch);
        if ((capital && in_word) || (lower && !in_word))
            Py_RETURN_FALSE;
        in_word = capital || lower;
        found |= in_word;
    }
    return PyBool_FromLong(found);
}

/* Length of the longest prefix that is an identifier. */
Py_ssize_t
_PyUnicode_ScanIdentifier(PyObject *self)
{
    if (PyUnicode_READY(self) < 0)
        return -1;
    struct units u = str_units(self);
    if (u.length == 0)
        return 0;
    Py_UCS4 first = unit_at(u, 0);
    if (first != '_' && !unichar_is_xid_start(first))
        return 0;
    Py_ssize_t i = 1;
    while (i < u.length && unichar_is_xid_continue(unit_at(u, i)))
        i++;
    return i;
}

/* Whether the string is a valid identifier; keywords are. */
int
PyUnicode_IsIdentifier(PyObject *self)
{
    Py_ssize_t n = _PyUnicode_ScanIdentifier(self);
    return n > 0 && n == PyUnicode_GET_LENGTH(self);
}

METHOD(str, isidentifier, "($self, /)",
       "Whether the string is a valid Python identifier (keyword.iskeyword tells keywords).")
PyObject *
str_isidentifier(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(PyUnicode_IsIdentifier(self));
}

/* White space becomes ' ', other decimal digits their ASCII form, anything else '?' and the end.
   ASCII strings are returned as they are (new reference). */
PyObject *
_PyUnicode_TransformDecimalAndSpaceToASCII(PyObject *text)
{
    if (!PyUnicode_Check(text)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (PyUnicode_READY(text) < 0)
        return NULL;
    if (PyUnicode_IS_ASCII(text))
        return Py_NewRef(text);
    struct units u = str_units(text);
    PyObject *result = PyUnicode_New(u.length, 0x7f);
    if (result == NULL)
        return NULL;
    Py_UCS1 *out = PyUnicode_1BYTE_DATA(result);
    for (Py_ssize_t i = 0; i < u.length; i++) {
        Py_UCS4 ch = unit_at(u, i);
        int digit;
        if (ch < 0x7f)
            out[i] = (Py_UCS1)ch;
        else if (unichar_is_space(ch))
            out[i] = ' ';
        else if ((digit = unichar_decimal(ch)) >= 0)
            out[i] = (Py_UCS1)('0' + digit);
        else {
            out[i] = '?';
            return str_resize_take(result, i + 1);
        }
    }
    return result;
}

#include "gen/types/str_case.inc"
