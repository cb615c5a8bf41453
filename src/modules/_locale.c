/* _locale: the C library's locale. */
#include <langinfo.h>
#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <string.h>
#include <wchar.h>
#include "object/declare.h"

/* runtime/locale.c */
int _Py_GetLocaleconvNumeric(struct lconv *lc, PyObject **decimal_point, PyObject **thousands_sep);
PyObject *_Py_GetLocaleEncodingObject(void);

typedef struct {
    PyObject *error;            /* locale.Error */
} State;

static PyObject *
decode(const char *text)
{
    return PyUnicode_DecodeLocale(text, NULL);
}

static PyObject *
fail(PyObject *module, const char *message)
{
    PyErr_SetString(((State *)PyModule_GetState(module))->error, message);
    return NULL;
}

/* ---- setting and asking --------------------------------------------------------------------------- */

FUNCTION(_locale, setlocale, "($module, category, locale=<unrepresentable>, /)",
         "Set a category of the locale, or ask for it if locale is None or missing.")
DEFAULT(locale, NULL)
static PyObject *
_locale_setlocale(PyObject *module, int category, text_or_none locale)
{
    const char *result = setlocale(category, locale);
    if (result == NULL)
        return fail(module, locale != NULL ? "unsupported locale setting" : "locale query failed");
    return decode(result);
}

/* A list of the sizes of digit groups; the last is 0 (repeat) or CHAR_MAX (stop). */
static PyObject *
grouping_list(const char *grouping)
{
    if (grouping[0] == 0)
        return PyList_New(0);
    PyObject *list = PyList_New(0);
    const char *p = grouping;
    do {
        PyObject *size = list == NULL ? NULL : PyLong_FromLong(*p);
        if (size == NULL || PyList_Append(list, size) < 0)
            Py_CLEAR(list);
        Py_XDECREF(size);
    } while (list != NULL && *p != 0 && *p++ != CHAR_MAX);
    return list;
}

/* dict[key] = value; steals value, which may be NULL after an error. */
static status
put_take(PyObject *dict, const char *key, PyObject *value)
{
    status done = value == NULL ? -1 : PyDict_SetItemString(dict, key, value);
    Py_XDECREF(value);
    return done;
}

static status
put_monetary(PyObject *dict, const struct lconv *lc)
{
    const struct {
        const char *key, *text;
    } texts[] = {{"int_curr_symbol", lc->int_curr_symbol}, {"currency_symbol", lc->currency_symbol},
                 {"mon_decimal_point", lc->mon_decimal_point},
                 {"mon_thousands_sep", lc->mon_thousands_sep}};
    const struct {
        const char *key, *text;
    } signs[] = {{"positive_sign", lc->positive_sign}, {"negative_sign", lc->negative_sign}};
    const struct {
        const char *key;
        char value;
    } numbers[] = {{"int_frac_digits", lc->int_frac_digits}, {"frac_digits", lc->frac_digits},
                   {"p_cs_precedes", lc->p_cs_precedes},     {"p_sep_by_space", lc->p_sep_by_space},
                   {"n_cs_precedes", lc->n_cs_precedes},     {"n_sep_by_space", lc->n_sep_by_space},
                   {"p_sign_posn", lc->p_sign_posn},         {"n_sign_posn", lc->n_sign_posn}};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (put_take(dict, texts[i].key, decode(texts[i].text)) < 0)
            return -1;
    if (put_take(dict, "mon_grouping", grouping_list(lc->mon_grouping)) < 0)
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(signs); i++)
        if (put_take(dict, signs[i].key, decode(signs[i].text)) < 0)
            return -1;
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        if (put_take(dict, numbers[i].key, PyLong_FromLong(numbers[i].value)) < 0)
            return -1;
    return 0;
}

FUNCTION(_locale, localeconv, "($module, /)", "Conventions for numbers and money, as a dict.")
static PyObject *
_locale_localeconv(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    PyObject *dict = PyDict_New(), *point = NULL, *separator = NULL;
    if (dict == NULL)
        return NULL;
    struct lconv *lc = localeconv();
    if (put_monetary(dict, lc) < 0 || _Py_GetLocaleconvNumeric(lc, &point, &separator) < 0)
        goto fail;
    if (put_take(dict, "decimal_point", point) < 0) {
        Py_DECREF(separator);
        goto fail;
    }
    if (put_take(dict, "thousands_sep", separator) < 0 ||
        put_take(dict, "grouping", grouping_list(lc->grouping)) < 0)
        goto fail;
    return dict;
fail:
    Py_DECREF(dict);
    return NULL;
}

FUNCTION(_locale, getencoding, "($module, /)", "The encoding of the current locale.")
static PyObject *
_locale_getencoding(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return _Py_GetLocaleEncodingObject();
}

#define KEY(name) {#name, name}

/* What nl_langinfo can be asked for. */
static const struct {
    const char *name;
    int value;
} keys[] = {
    KEY(DAY_1), KEY(DAY_2), KEY(DAY_3), KEY(DAY_4), KEY(DAY_5), KEY(DAY_6), KEY(DAY_7),
    KEY(ABDAY_1), KEY(ABDAY_2), KEY(ABDAY_3), KEY(ABDAY_4), KEY(ABDAY_5), KEY(ABDAY_6),
    KEY(ABDAY_7), KEY(MON_1), KEY(MON_2), KEY(MON_3), KEY(MON_4), KEY(MON_5), KEY(MON_6),
    KEY(MON_7), KEY(MON_8), KEY(MON_9), KEY(MON_10), KEY(MON_11), KEY(MON_12), KEY(ABMON_1),
    KEY(ABMON_2), KEY(ABMON_3), KEY(ABMON_4), KEY(ABMON_5), KEY(ABMON_6), KEY(ABMON_7),
    KEY(ABMON_8), KEY(ABMON_9), KEY(ABMON_10), KEY(ABMON_11), KEY(ABMON_12), KEY(RADIXCHAR),
    KEY(THOUSEP), KEY(CRNCYSTR), KEY(D_FMT), KEY(D_T_FMT), KEY(T_FMT), KEY(AM_STR), KEY(PM_STR),
    KEY(CODESET), KEY(T_FMT_AMPM), KEY(ERA), KEY(ERA_D_FMT), KEY(ERA_D_T_FMT), KEY(ERA_T_FMT),
    KEY(ALT_DIGITS), KEY(YESEXPR), KEY(NOEXPR), KEY(_DATE_FMT),
};

FUNCTION(_locale, nl_langinfo, "($module, key, /)", "What the locale says for a key.")
static PyObject *
_locale_nl_langinfo(PyObject *Py_UNUSED(module), int key)
{
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (keys[i].value == key) {
            const char *text = nl_langinfo(key);
            return decode(text != NULL ? text : "");
        }
    }
    PyErr_SetString(PyExc_ValueError, "unsupported langinfo constant");
    return NULL;
}

/* ---- comparing ------------------------------------------------------------------------------------- */

FUNCTION(_locale, strcoll, "($module, os1, os2, /)", "Order of two strings by the locale: <0, 0 or >0.")
static PyObject *
_locale_strcoll(PyObject *Py_UNUSED(module), PyUnicodeObject *os1, PyUnicodeObject *os2)
{
    wchar_t *a = PyUnicode_AsWideCharString((PyObject *)os1, NULL), *b = NULL;
    PyObject *result = NULL;
    if (a != NULL && (b = PyUnicode_AsWideCharString((PyObject *)os2, NULL)) != NULL)
        result = PyLong_FromLong(wcscoll(a, b));
    PyMem_Free(a);
    PyMem_Free(b);
    return result;
}

FUNCTION(_locale, strxfrm, "($module, string, /)", "A key for comparing strings by the locale.")
static PyObject *
_locale_strxfrm(PyObject *Py_UNUSED(module), PyUnicodeObject *string)
{
    wchar_t *text = PyUnicode_AsWideCharString((PyObject *)string, NULL);
    if (text == NULL)
        return NULL;
    PyObject *result = NULL;
    size_t room = wcslen(text) + 1;
    wchar_t *key = NULL;
    for (int attempt = 0; attempt < 2; attempt++) {
        wchar_t *bigger = PyMem_Realloc(key, room * sizeof(wchar_t));
        if (bigger == NULL) {
            PyErr_NoMemory();
            break;
        }
        key = bigger;
        errno = 0;
        size_t n = wcsxfrm(key, text, room);
        if (errno != 0 && errno != ERANGE) {
            PyErr_SetFromErrno(PyExc_OSError);
            break;
        }
        if (n < room) {
            result = PyUnicode_FromWideChar(key, (Py_ssize_t)n);
            break;
        }
        room = n + 1;
    }
    PyMem_Free(key);
    PyMem_Free(text);
    return result;
}

/* ---- messages ---------------------------------------------------------------------------------------- */

FUNCTION(_locale, gettext, "($module, msg, /)", "The translation of a message.")
static PyObject *
_locale_gettext(PyObject *Py_UNUSED(module), const char *msg)
{
    return decode(gettext(msg));
}

FUNCTION(_locale, dgettext, "($module, domain, msg, /)", "The translation of a message in a domain.")
static PyObject *
_locale_dgettext(PyObject *Py_UNUSED(module), text_or_none domain, const char *msg)
{
    return decode(dgettext(domain, msg));
}

FUNCTION(_locale, dcgettext, "($module, domain, msg, category, /)",
         "The translation of a message in a domain and category.")
static PyObject *
_locale_dcgettext(PyObject *Py_UNUSED(module), text_or_none domain, const char *msg, int category)
{
    return decode(dcgettext(domain, msg, category));
}

FUNCTION(_locale, textdomain, "($module, domain, /)", "Set the C library's domain of messages.")
static PyObject *
_locale_textdomain(PyObject *Py_UNUSED(module), text_or_none domain)
{
    const char *result = textdomain(domain);
    return result == NULL ? PyErr_SetFromErrno(PyExc_OSError) : decode(result);
}

FUNCTION(_locale, bindtextdomain, "($module, domain, dir, /)", "Set the folder of a domain's messages.")
static PyObject *
_locale_bindtextdomain(PyObject *module, const char *domain, PyObject *dir)
{
    PyObject *path = NULL;
    if (domain[0] == 0)
        return fail(module, "domain must be a non-empty string");
    if (dir != Py_None && !PyUnicode_FSConverter(dir, &path))
        return NULL;
    const char *result = bindtextdomain(domain, path != NULL ? PyBytes_AS_STRING(path) : NULL);
    PyObject *text = result == NULL ? PyErr_SetFromErrno(PyExc_OSError) : decode(result);
    Py_XDECREF(path);
    return text;
}

FUNCTION(_locale, bind_textdomain_codeset, "($module, domain, codeset, /)",
         "Set the encoding of a domain's messages.")
static PyObject *
_locale_bind_textdomain_codeset(PyObject *Py_UNUSED(module), const char *domain, text_or_none codeset)
{
    const char *result = bind_textdomain_codeset(domain, codeset);
    if (result == NULL)
        Py_RETURN_NONE;
    return decode(result);
}

/* ---- module -------------------------------------------------------------------------------------------- */

static PyMethodDef _locale_functions[];

static int
_locale_exec(PyObject *module)
{
    static const struct {
        const char *name;
        int value;
    } constants[] = {KEY(LC_CTYPE),    KEY(LC_TIME), KEY(LC_COLLATE), KEY(LC_MONETARY),
                     KEY(LC_MESSAGES), KEY(LC_NUMERIC), KEY(LC_ALL),  KEY(CHAR_MAX)};
    State *state = PyModule_GetState(module);
    for (size_t i = 0; i < ARRAY_LEN(constants); i++)
        if (PyModule_AddIntConstant(module, constants[i].name, constants[i].value) < 0)
            return -1;
    state->error = PyErr_NewException("locale.Error", NULL, NULL);
    if (state->error == NULL || PyModule_AddObjectRef(module, "Error", state->error) < 0)
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (PyModule_AddIntConstant(module, keys[i].name, keys[i].value) < 0)
            return -1;
    return 0;
}

static int
_locale_traverse(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(((State *)PyModule_GetState(module))->error);
    return 0;
}

static int
_locale_clear(PyObject *module)
{
    Py_CLEAR(((State *)PyModule_GetState(module))->error);
    return 0;
}

static void
_locale_free(void *module)
{
    _locale_clear(module);
}

static struct PyModuleDef_Slot _locale_slots[] = {{Py_mod_exec, _locale_exec}, {0, NULL}};

static WRITTEN struct PyModuleDef _locale_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_locale",
    .m_doc = PyDoc_STR("The C library's locale."),
    .m_size = sizeof(State),
    .m_methods = _locale_functions,
    .m_slots = _locale_slots,
    .m_traverse = _locale_traverse,
    .m_clear = _locale_clear,
    .m_free = _locale_free,
};

PyMODINIT_FUNC
PyInit__locale(void)
{
    return PyModuleDef_Init(&_locale_module);
}

#include "gen/modules/_locale.inc"
