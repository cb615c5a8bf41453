/* unicodedata: the Unicode character database, versions 14.0 and 3.2.

   Every function exists twice: in the module, where `self` is the module, and as a method of
   ucd_3_2_0, an instance of UCD.  Tables are generated (tools/gen_unicode.py); names and numeric
   values come from base/. */
#include "object/declare.h"
#include "base/unichar.h"
#include "base/uniname.h"
#include <string.h>

/* ---- tables --------------------------------------------------------------------------------------- */

/* `stable` has bit 1 << form set if a text of such characters only is in that normal form. */
struct ucd_record {
    uint8_t category, combining, bidirectional, mirrored, width, stable;
};

struct ucd_old_number {
    uint32_t ch;
    int8_t decimal, digit;
    double numeric;
};

struct ucd_old_form {
    uint32_t ch, form;
};

struct ucd_pair {
    uint32_t first, second, composed;
};

#include "unicodedata_data.h"

enum { BLOCK = 128 };

/* An older version of the database: its own index into the records. */
typedef struct {
    PyObject_HEAD
    const char *version;
    const uint8_t *index;
    const struct ucd_old_form *forms;   /* decompositions corrected since */
} UCD;

_Static_assert(sizeof(ucd_index_3_2_0[0]) == 1 || sizeof(ucd_index_3_2_0[0]) == 2, "index width");

static bool
is_old(PyObject *self)
{
    return self != NULL && !PyModule_Check(self);
}

static const struct ucd_record *
record_of(PyObject *self, Py_UCS4 ch)
{
    unsigned block = is_old(self) ? ucd_index_3_2_0[ch / BLOCK] : ucd_index[ch / BLOCK];
    return &ucd_records[ucd_blocks[block * BLOCK + ch % BLOCK]];
}

/* Whether the version of self has the character at all. */
static bool
is_assigned(PyObject *self, Py_UCS4 ch)
{
    return record_of(self, ch)->category != 0;
}

/* The decomposition entry of a character: type << 8 | length, then code points; NULL if none. */
static const uint32_t *
decomposition_of(PyObject *self, Py_UCS4 ch)
{
    unsigned at = ucd_decomposition_blocks[ucd_decomposition_index[ch / BLOCK] * BLOCK + ch % BLOCK];
    if (at == 0 || (is_old(self) && !is_assigned(self, ch)))
        return NULL;
    return ucd_decompositions + at;
}

/* What version 3.2 said of a number differently, or NULL. */
static const struct ucd_old_number *
old_number(PyObject *self, Py_UCS4 ch)
{
    if (!is_old(self))
        return NULL;
    for (size_t i = 0; i < ARRAY_LEN(ucd_old_numbers); i++)
        if (ucd_old_numbers[i].ch == ch)
            return &ucd_old_numbers[i];
    return NULL;
}

/* ---- properties -------------------------------------------------------------------------------------- */

static PyObject *
or_default(PyObject *fallback, const char *complaint)
{
    if (fallback != NULL)
        return Py_NewRef(fallback);
    PyErr_SetString(PyExc_ValueError, complaint);
    return NULL;
}

METHOD(UCD, decimal, "($self, chr, default=<unrepresentable>, /)",
       "Value of a character as a decimal digit; the default, or ValueError, if it is none.")
FUNCTION(unicodedata, decimal, "($self, chr, default=<unrepresentable>, /)",
         "Value of a character as a decimal digit; the default, or ValueError, if it is none.")
static PyObject *
unicodedata_decimal(PyObject *self, char_arg chr, PyObject *fallback)
{
    Py_UCS4 ch = (Py_UCS4)chr;
    const struct ucd_old_number *old = old_number(self, ch);
    int value = old != NULL ? old->decimal : unichar_decimal(ch);
    if (value < 0 || (is_old(self) && !is_assigned(self, ch)))
        return or_default(fallback, "not a decimal");
    return PyLong_FromLong(value);
}

METHOD(UCD, digit, "($self, chr, default=<unrepresentable>, /)",
       "Value of a character as a digit; the default, or ValueError, if it is none.")
FUNCTION(unicodedata, digit, "($self, chr, default=<unrepresentable>, /)",
         "Value of a character as a digit; the default, or ValueError, if it is none.")
static PyObject *
unicodedata_digit(PyObject *self, char_arg chr, PyObject *fallback)
{
    const struct ucd_old_number *old = old_number(self, (Py_UCS4)chr);
    int value = old != NULL ? old->digit : unichar_digit((Py_UCS4)chr);
    if (value < 0)
        return or_default(fallback, "not a digit");
    return PyLong_FromLong(value);
}

METHOD(UCD, numeric, "($self, chr, default=<unrepresentable>, /)",
       "Numeric value of a character as a float; the default, or ValueError, if it has none.")
FUNCTION(unicodedata, numeric, "($self, chr, default=<unrepresentable>, /)",
         "Numeric value of a character as a float; the default, or ValueError, if it has none.")
static PyObject *
unicodedata_numeric(PyObject *self, char_arg chr, PyObject *fallback)
{
    Py_UCS4 ch = (Py_UCS4)chr;
    const struct ucd_old_number *old = old_number(self, ch);
    double value = old != NULL ? old->numeric : unichar_numeric(ch);
    if (value == -1.0 || (is_old(self) && !is_assigned(self, ch)))
        return or_default(fallback, "not a numeric character");
    return PyFloat_FromDouble(value);
}

METHOD(UCD, category, "($self, chr, /)", "General category of a character, two letters.")
FUNCTION(unicodedata, category, "($self, chr, /)", "General category of a character, two letters.")
static PyObject *
unicodedata_category(PyObject *self, char_arg chr)
{
    return PyUnicode_FromString(ucd_category_names[record_of(self, (Py_UCS4)chr)->category]);
}

METHOD(UCD, bidirectional, "($self, chr, /)", "Bidirectional class of a character, '' if none.")
FUNCTION(unicodedata, bidirectional, "($self, chr, /)",
         "Bidirectional class of a character, '' if none.")
static PyObject *
unicodedata_bidirectional(PyObject *self, char_arg chr)
{
    return PyUnicode_FromString(
        ucd_bidirectional_names[record_of(self, (Py_UCS4)chr)->bidirectional]);
}

METHOD(UCD, combining, "($self, chr, /)", "Canonical combining class of a character, 0 if none.")
FUNCTION(unicodedata, combining, "($self, chr, /)",
         "Canonical combining class of a character, 0 if none.")
static int
unicodedata_combining(PyObject *self, char_arg chr)
{
    return record_of(self, (Py_UCS4)chr)->combining;
}

METHOD(UCD, mirrored, "($self, chr, /)", "1 if a character is mirrored in bidirectional text, else 0.")
FUNCTION(unicodedata, mirrored, "($self, chr, /)",
         "1 if a character is mirrored in bidirectional text, else 0.")
static int
unicodedata_mirrored(PyObject *self, char_arg chr)
{
    return record_of(self, (Py_UCS4)chr)->mirrored;
}

METHOD(UCD, east_asian_width, "($self, chr, /)", "East Asian width class of a character.")
FUNCTION(unicodedata, east_asian_width, "($self, chr, /)", "East Asian width class of a character.")
static PyObject *
unicodedata_east_asian_width(PyObject *self, char_arg chr)
{
    return PyUnicode_FromString(ucd_width_names[record_of(self, (Py_UCS4)chr)->width]);
}

METHOD(UCD, decomposition, "($self, chr, /)",
       "Decomposition mapping of a character: an optional <tag> and hexadecimal code points.")
FUNCTION(unicodedata, decomposition, "($self, chr, /)",
         "Decomposition mapping of a character: an optional <tag> and hexadecimal code points.")
static PyObject *
unicodedata_decomposition(PyObject *self, char_arg chr)
{
    char text[256], *p = text, *end = text + sizeof text;
    const uint32_t *entry = decomposition_of(self, (Py_UCS4)chr);
    *p = 0;
    if (entry != NULL) {
        p += snprintf(p, (size_t)(end - p), "%s", ucd_decomposition_names[entry[0] >> 8]);
        for (uint32_t i = 1; i <= (entry[0] & 0xff) && p < end - 16; i++)
            p += snprintf(p, (size_t)(end - p), p == text ? "%04X" : " %04X", (unsigned)entry[i]);
    }
    return PyUnicode_FromStringAndSize(text, p - text);
}

/* ---- normal forms --------------------------------------------------------------------------------------- */

enum form { NFC, NFD, NFKC, NFKD };

enum {
    HANGUL = 0xac00, LEAD = 0x1100, VOWEL = 0x1161, TAIL = 0x11a7,
    LEADS = 19, VOWELS = 21, TAILS = 28, SYLLABLES = LEADS * VOWELS * TAILS,
};

/* Code points being put together (PyMem). */
struct buffer {
    Py_UCS4 *data;
    Py_ssize_t n, room;
};

static status
push(struct buffer *b, Py_UCS4 ch)
{
    if (b->n == b->room) {
        Py_ssize_t room = b->room < 32 ? 64 : b->room * 2;
        Py_UCS4 *data = room > PY_SSIZE_T_MAX / 4 ? NULL : PyMem_Realloc(b->data, (size_t)room * 4);
        if (data == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        b->data = data;
        b->room = room;
    }
    b->data[b->n++] = ch;
    return 0;
}

static bool
read_form(PyObject *name, enum form *form)
{
    static const char *const names[] = {"NFC", "NFD", "NFKC", "NFKD"};
    for (int i = 0; i < 4; i++) {
        if (_PyUnicode_EqualToASCIIString(name, names[i])) {
            *form = (enum form)i;
            return true;
        }
    }
    PyErr_SetString(PyExc_ValueError, "invalid normalization form");
    return false;
}

/* Appends the full decomposition of a character; `compatible` also follows tagged mappings. */
static status
decompose(struct buffer *b, PyObject *self, Py_UCS4 ch, bool compatible)
{
    if (ch < 0x80)
        return push(b, ch);
    if (ch - HANGUL < SYLLABLES) {
        Py_UCS4 index = ch - HANGUL, tail = index % TAILS;
        if (push(b, LEAD + index / (VOWELS * TAILS)) < 0 ||
            push(b, VOWEL + index / TAILS % VOWELS) < 0)
            return -1;
        return tail ? push(b, TAIL + tail) : 0;
    }
    if (is_old(self) && is_assigned(self, ch))
        for (size_t i = 0; i < ARRAY_LEN(ucd_old_forms); i++)
            if (ucd_old_forms[i].ch == ch)
                return push(b, ucd_old_forms[i].form);
    const uint32_t *entry = decomposition_of(self, ch);
    if (entry == NULL || (entry[0] >> 8 && !compatible))
        return push(b, ch);
    for (uint32_t i = 1; i <= (entry[0] & 0xff); i++)
        if (decompose(b, self, entry[i], compatible) < 0)
            return -1;
    return 0;
}

/* Puts runs of combining characters in the order of their classes, keeping equal ones.  The
   current classes serve the old version, too. */
static void
sort_marks(struct buffer *b)
{
    for (Py_ssize_t i = 1; i < b->n; i++) {
        Py_UCS4 ch = b->data[i];
        int class = record_of(NULL, ch)->combining;
        if (class == 0)
            continue;
        Py_ssize_t at = i;
        while (at > 0 && record_of(NULL, b->data[at - 1])->combining > class) {
            b->data[at] = b->data[at - 1];
            at--;
        }
        b->data[at] = ch;
    }
}

/* The character that a pair composes to, or 0. */
static Py_UCS4
compose_pair(Py_UCS4 first, Py_UCS4 second)
{
    if (first - LEAD < LEADS && second - VOWEL < VOWELS)
        return HANGUL + ((first - LEAD) * VOWELS + (second - VOWEL)) * TAILS;
    if (first - HANGUL < SYLLABLES && (first - HANGUL) % TAILS == 0 && second > TAIL &&
        second < TAIL + TAILS)
        return first + (second - TAIL);
    size_t low = 0, high = ARRAY_LEN(ucd_pairs);
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct ucd_pair *p = &ucd_pairs[middle];
        if (p->first == first && p->second == second)
            return p->composed;
        if (p->first < first || (p->first == first && p->second < second))
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

/* Canonical composition in place (UAX 15, D117): a mark joins the last starter unless a mark of
   the same or a higher class, or another starter, stands between. */
static void
compose(struct buffer *b)
{
    Py_ssize_t out = 0, starter = -1;
    int last_class = -1;
    for (Py_ssize_t i = 0; i < b->n; i++) {
        Py_UCS4 ch = b->data[i];
        int class = record_of(NULL, ch)->combining;
        if (starter >= 0 && last_class < class) {
            Py_UCS4 composed = compose_pair(b->data[starter], ch);
            if (composed != 0) {
                b->data[starter] = composed;
                continue;
            }
        }
        if (class == 0) {
            starter = out;
            last_class = -1;
        }
        else
            last_class = class;
        b->data[out++] = ch;
    }
    b->n = out;
}

/* Whether every character is stable in the form: then the text is normalised. */
static bool
is_stable(PyObject *self, PyObject *text, enum form form)
{
    if (PyUnicode_IS_ASCII(text))
        return true;
    if (is_old(self)) /* the flags are the current version's */
        return false;
    int kind = (int)PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    for (Py_ssize_t i = 0, n = PyUnicode_GET_LENGTH(text); i < n; i++)
        if (!(record_of(self, PyUnicode_READ(kind, data, i))->stable & 1 << form))
            return false;
    return true;
}

static PyObject *
normalised(PyObject *self, PyObject *text, enum form form)
{
    struct buffer b = {NULL, 0, 0};
    PyObject *result = NULL;
    int kind = (int)PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    for (Py_ssize_t i = 0, n = PyUnicode_GET_LENGTH(text); i < n; i++)
        if (decompose(&b, self, PyUnicode_READ(kind, data, i), form == NFKC || form == NFKD) < 0)
            goto done;
    sort_marks(&b);
    if (form == NFC || form == NFKC)
        compose(&b);
    result = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, b.data, b.n);
done:
    PyMem_Free(b.data);
    return result;
}

METHOD(UCD, normalize, "($self, form, unistr, /)",
       "The text in a normal form: 'NFC', 'NFD', 'NFKC' or 'NFKD'.")
FUNCTION(unicodedata, normalize, "($self, form, unistr, /)",
         "The text in a normal form: 'NFC', 'NFD', 'NFKC' or 'NFKD'.")
static PyObject *
unicodedata_normalize(PyObject *self, PyUnicodeObject *form, PyUnicodeObject *unistr)
{
    PyObject *text = (PyObject *)unistr;
    enum form which;
    if (PyUnicode_GET_LENGTH(text) == 0)
        return Py_NewRef(text);
    if (!read_form((PyObject *)form, &which))
        return NULL;
    if (is_stable(self, text, which))
        return Py_NewRef(text);
    return normalised(self, text, which);
}

METHOD(UCD, is_normalized, "($self, form, unistr, /)",
       "Whether the text is in a normal form: 'NFC', 'NFD', 'NFKC' or 'NFKD'.")
FUNCTION(unicodedata, is_normalized, "($self, form, unistr, /)",
         "Whether the text is in a normal form: 'NFC', 'NFD', 'NFKC' or 'NFKD'.")
static truth
unicodedata_is_normalized(PyObject *self, PyUnicodeObject *form, PyUnicodeObject *unistr)
{
    PyObject *text = (PyObject *)unistr;
    enum form which;
    if (PyUnicode_GET_LENGTH(text) == 0)
        return 1;
    if (!read_form((PyObject *)form, &which))
        return -1;
    if (is_stable(self, text, which))
        return 1;
    PyObject *result = normalised(self, text, which);
    if (result == NULL)
        return -1;
    truth same = PyUnicode_Compare(result, text) == 0;
    Py_DECREF(result);
    return same;
}

/* ---- names ----------------------------------------------------------------------------------------------- */

METHOD(UCD, name, "($self, chr, default=<unrepresentable>, /)",
       "Name of a character; the default, or ValueError, if it has none.")
FUNCTION(unicodedata, name, "($self, chr, default=<unrepresentable>, /)",
         "Name of a character; the default, or ValueError, if it has none.")
static PyObject *
unicodedata_name(PyObject *self, char_arg chr, PyObject *fallback)
{
    char name[UNINAME_MAX];
    if ((is_old(self) && !is_assigned(self, (Py_UCS4)chr)) || uniname_get((uint32_t)chr, name) == 0)
        return or_default(fallback, "no such name");
    return PyUnicode_FromString(name);
}

METHOD(UCD, lookup, "($self, name, /)",
       "The character of that name, alias or named sequence; KeyError if there is none.")
FUNCTION(unicodedata, lookup, "($self, name, /)",
         "The character of that name, alias or named sequence; KeyError if there is none.")
static PyObject *
unicodedata_lookup(PyObject *self, str_or_buffer *name)
{
    uint32_t found[4];
    if (PyObject_CheckBuffer(name->obj) && !PyBytes_Check(name->obj)) {
        /* only what cannot change: as format "s#" */
        PyErr_Format(PyExc_TypeError, "lookup() argument must be read-only bytes-like object, not %.50s",
                     Py_TYPE(name->obj)->tp_name);
        return NULL;
    }
    if (name->len > UNINAME_MAX) {
        PyErr_SetString(PyExc_KeyError, "name too long");
        return NULL;
    }
    enum uniname_kinds kinds = is_old(self) ? UNINAME_CHARACTERS : UNINAME_WITH_SEQUENCES;
    int n = uniname_find(name->buf, (size_t)name->len, kinds, found);
    bool computed = strncmp(name->buf, "CJK UNIFIED", 11) == 0; /* not checked by the reference */
    if (n == 0 || (is_old(self) && !computed && !is_assigned(self, found[0]))) {
        PyErr_Format(PyExc_KeyError, "undefined character name '%s'", (const char *)name->buf);
        return NULL;
    }
    return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, found, n);
}

static int
api_getname(Py_UCS4 code, char *buffer, int size, int Py_UNUSED(with_alias_and_seq))
{
    char name[UNINAME_MAX];
    int length = uniname_get(code, name);
    if (length == 0 || length >= size)
        return 0;
    memcpy(buffer, name, (size_t)length + 1);
    return 1;
}

static int
api_getcode(const char *name, int length, Py_UCS4 *code)
{
    uint32_t found[4];
    if (length < 0 || uniname_find(name, (size_t)length, UNINAME_WITH_ALIASES, found) != 1)
        return 0;
    *code = found[0];
    return 1;
}

/* ---- module ------------------------------------------------------------------------------------------------ */

MEMBER(UCD, unidata_version, T_STRING, UCD, version, READONLY, NULL)

static void
UCD_tp_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static int
UCD_tp_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

HEAPTYPE(UCD, "unicodedata.UCD", UCD, NULL, NULL,
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_IMMUTABLETYPE,
         {Py_tp_getattro, PyObject_GenericGetAttr})

static PyMethodDef unicodedata_functions[];
static PyType_Spec UCD_spec;

/* Adds UCD, ucd_3_2_0, the version and the capsule. */
static int
unicodedata_exec(PyObject *module)
{
    static struct uniname_api api = {api_getname, api_getcode};
    PyTypeObject *type = (PyTypeObject *)PyType_FromSpec(&UCD_spec);
    if (type == NULL)
        return -1;
    UCD *old = PyObject_GC_New(UCD, type);
    int done = -1;
    PyObject *capsule = NULL;
    if (old != NULL) {
        old->version = "3.2.0";
        old->index = (const uint8_t *)ucd_index_3_2_0;
        old->forms = ucd_old_forms;
        PyObject_GC_Track(old);
        capsule = PyCapsule_New(&api, "unicodedata._ucnhash_CAPI", NULL);
        if (capsule != NULL && PyModule_AddStringConstant(module, "unidata_version", "14.0.0") == 0 &&
            PyModule_AddType(module, type) == 0 &&
            PyModule_AddObjectRef(module, "ucd_3_2_0", (PyObject *)old) == 0)
            done = PyModule_AddObjectRef(module, "_ucnhash_CAPI", capsule);
    }
    Py_XDECREF(capsule);
    Py_XDECREF(old);
    Py_DECREF(type);
    return done;
}

static struct PyModuleDef_Slot unicodedata_slots[] = {{Py_mod_exec, unicodedata_exec}, {0, NULL}};

static WRITTEN struct PyModuleDef unicodedata_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "unicodedata",
    .m_doc = PyDoc_STR("The Unicode character database, version 14.0.0."),
    .m_methods = unicodedata_functions,
    .m_slots = unicodedata_slots,
};

PyMODINIT_FUNC
PyInit_unicodedata(void)
{
    return PyModuleDef_Init(&unicodedata_module);
}

#include "gen/modules/unicodedata.inc"
