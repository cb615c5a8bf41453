/* Conversions between bytes of the locale and wchar_t, and what PEP 538 does to the C locale. */
#include "runtime/locale.h"
#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { DONE = 0, NO_MEMORY = -1, BAD_TEXT = -2, BAD_HANDLER = -3 };

enum ErrorHandler
_Py_GetErrorHandler(const char *errors)
{
    static const struct {
        const char *name;
        enum ErrorHandler value;
    } handlers[] = {
        {"strict", ERRORS_STRICT},
        {"surrogateescape", ERRORS_SURROGATEESCAPE},
        {"replace", ERRORS_REPLACE},
        {"ignore", ERRORS_IGNORE},
        {"backslashreplace", ERRORS_BACKSLASHREPLACE},
        {"surrogatepass", ERRORS_SURROGATEPASS},
        {"xmlcharrefreplace", ERRORS_XMLCHARREFREPLACE},
    };
    if (errors == NULL) {
        return ERRORS_STRICT;
    }
    for (size_t i = 0; i < ARRAY_LEN(handlers); i++) {
        if (strcmp(errors, handlers[i].name) == 0) {
            return handlers[i].value;
        }
    }
    return ERRORS_OTHER;
}

static bool
handler_known(enum ErrorHandler errors)
{
    return errors == ERRORS_STRICT || errors == ERRORS_SURROGATEESCAPE ||
           errors == ERRORS_SURROGATEPASS;
}

/* ---- UTF-8 -------------------------------------------------------------------------------- */

/* Length of the valid sequence at `s`, 0 if there is none; *out is its code point.  With `pass`
   encoded surrogates are valid too. */
static size_t
utf8_sequence(const unsigned char *s, const unsigned char *end, bool pass, wchar_t *out)
{
    unsigned c = s[0];
    if (c < 0x80) {
        *out = (wchar_t)c;
        return 1;
    }
    size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (c < 0xc2 || c > 0xf4 || (size_t)(end - s) < n) {
        return 0;
    }
    unsigned value = c & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            return 0;
        }
        value = value << 6 | (s[i] & 0x3f);
    }
    if ((n == 3 && value < 0x800) || (n == 4 && (value < 0x10000 || value > 0x10ffff)) ||
        (value >= 0xd800 && value <= 0xdfff && !pass)) {
        return 0;
    }
    *out = (wchar_t)value;
    return n;
}

int
_Py_DecodeUTF8Ex(const char *arg, Py_ssize_t size, wchar_t **wstr, size_t *wlen,
                 const char **reason, enum ErrorHandler errors)
{
    const unsigned char *s = (const unsigned char *)arg, *end = s + size;
    if (!handler_known(errors)) {
        return BAD_HANDLER;
    }
    wchar_t *out = PyMem_RawMalloc(((size_t)size + 1) * sizeof *out);
    size_t n = 0;
    if (out == NULL) {
        return NO_MEMORY;
    }
    while (s < end) {
        size_t taken = utf8_sequence(s, end, errors == ERRORS_SURROGATEPASS, &out[n]);
        if (taken == 0) {
            if (errors != ERRORS_SURROGATEESCAPE) {
                PyMem_RawFree(out);
                if (wlen != NULL) {
                    *wlen = (size_t)((const char *)s - arg);
                }
                if (reason != NULL) {
                    *reason = "decoding error";
                }
                return BAD_TEXT;
            }
            out[n] = 0xdc00 + *s;
            taken = 1;
        }
        n++;
        s += taken;
    }
    out[n] = 0;
    *wstr = out;
    if (wlen != NULL) {
        *wlen = n;
    }
    return DONE;
}

wchar_t *
_Py_DecodeUTF8_surrogateescape(const char *arg, Py_ssize_t size, size_t *wlen)
{
    wchar_t *out;
    int result = _Py_DecodeUTF8Ex(arg, size, &out, wlen, NULL, ERRORS_SURROGATEESCAPE);
    if (result != DONE) {
        if (wlen != NULL) {
            *wlen = (size_t)result;
        }
        return NULL;
    }
    return out;
}

static void *
text_alloc(size_t n, int raw)
{
    return raw ? PyMem_RawMalloc(n) : PyMem_Malloc(n);
}

static void
text_free(void *p, int raw)
{
    if (raw) {
        PyMem_RawFree(p);
    }
    else {
        PyMem_Free(p);
    }
}

int
_Py_EncodeUTF8Ex(const wchar_t *text, char **str, size_t *error_pos, const char **reason,
                 int raw_malloc, enum ErrorHandler errors)
{
    size_t n = wcslen(text);
    if (!handler_known(errors)) {
        return BAD_HANDLER;
    }
    if (n > (size_t)PY_SSIZE_T_MAX / 4 - 1) {
        return NO_MEMORY;
    }
    char *out = text_alloc(n * 4 + 1, raw_malloc), *at = out;
    if (out == NULL) {
        return NO_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        unsigned c = (unsigned)text[i];
        bool surrogate = c >= 0xd800 && c <= 0xdfff;
        if (surrogate && errors == ERRORS_SURROGATEESCAPE && c >= 0xdc80 && c <= 0xdcff) {
            *at++ = (char)(c & 0xff);
        }
        else if ((surrogate && errors != ERRORS_SURROGATEPASS) || c > 0x10ffff) {
            text_free(out, raw_malloc);
            if (error_pos != NULL) {
                *error_pos = i;
            }
            if (reason != NULL) {
                *reason = "encoding error";
            }
            return BAD_TEXT;
        }
        else if (c < 0x80) {
            *at++ = (char)c;
        }
        else if (c < 0x800) {
            *at++ = (char)(0xc0 | c >> 6);
            *at++ = (char)(0x80 | (c & 0x3f));
        }
        else if (c < 0x10000) {
            *at++ = (char)(0xe0 | c >> 12);
            *at++ = (char)(0x80 | (c >> 6 & 0x3f));
            *at++ = (char)(0x80 | (c & 0x3f));
        }
        else {
            *at++ = (char)(0xf0 | c >> 18);
            *at++ = (char)(0x80 | (c >> 12 & 0x3f));
            *at++ = (char)(0x80 | (c >> 6 & 0x3f));
            *at++ = (char)(0x80 | (c & 0x3f));
        }
    }
    *at = 0;
    *str = out;
    return DONE;
}

/* ---- the current locale ------------------------------------------------------------------- */

/* Whether ASCII stands for itself, whatever is beside it: so it need not go through the C library. */
static bool
ascii_is_plain(void)
{
    const char *codeset = nl_langinfo(CODESET);
    return strcmp(codeset, "UTF-8") == 0 || strcmp(codeset, "ANSI_X3.4-1968") == 0;
}

static int
decode_current(const char *arg, wchar_t **wstr, size_t *wlen, const char **reason,
               enum ErrorHandler errors)
{
    size_t size = strlen(arg), n = 0;
    const char *at = arg;
    mbstate_t state = {0};
    if (errors != ERRORS_STRICT && errors != ERRORS_SURROGATEESCAPE) {
        return BAD_HANDLER;
    }
    wchar_t *out = PyMem_RawMalloc((size + 1) * sizeof *out);
    if (out == NULL) {
        return NO_MEMORY;
    }
    bool plain = ascii_is_plain();
    while (size > 0) {
        if (plain && (unsigned char)*at < 0x80) {
            out[n++] = *at++;
            size--;
            continue;
        }
        size_t got = mbrtowc(&out[n], at, size, &state);
        /* A decoded surrogate would be taken for an escaped byte on the way back. */
        bool bad = got == (size_t)-1 || got == (size_t)-2 || out[n] > 0x10ffff ||
                   (out[n] >= 0xd800 && out[n] <= 0xdfff);
        if (bad) {
            if (errors != ERRORS_SURROGATEESCAPE) {
                PyMem_RawFree(out);
                if (wlen != NULL) {
                    *wlen = (size_t)(at - arg);
                }
                if (reason != NULL) {
                    *reason = "decoding error";
                }
                return BAD_TEXT;
            }
            out[n] = 0xdc00 + (unsigned char)*at;
            got = 1;
            memset(&state, 0, sizeof state);
        }
        n++;
        at += got;
        size -= got;
    }
    out[n] = 0;
    *wstr = out;
    if (wlen != NULL) {
        *wlen = n;
    }
    return DONE;
}

static int
encode_current(const wchar_t *text, char **str, size_t *error_pos, const char **reason,
               int raw_malloc, enum ErrorHandler errors)
{
    size_t room = wcslen(text) * MB_LEN_MAX + 1;
    mbstate_t state = {0};
    if (errors != ERRORS_STRICT && errors != ERRORS_SURROGATEESCAPE) {
        return BAD_HANDLER;
    }
    char *out = text_alloc(room, raw_malloc), *at = out;
    if (out == NULL) {
        return NO_MEMORY;
    }
    bool plain = ascii_is_plain();
    for (size_t i = 0; text[i] != 0; i++) {
        wchar_t c = text[i];
        if (plain && (uint32_t)c < 0x80) {
            *at++ = (char)c;
            continue;
        }
        if (c >= 0xdc80 && c <= 0xdcff && errors == ERRORS_SURROGATEESCAPE) {
            *at++ = (char)(c - 0xdc00);
            continue;
        }
        size_t n = wcrtomb(at, c, &state);
        if (n == (size_t)-1) {
            text_free(out, raw_malloc);
            if (error_pos != NULL) {
                *error_pos = i;
            }
            if (reason != NULL) {
                *reason = "encoding error";
            }
            return BAD_TEXT;
        }
        at += n;
    }
    *at = 0;
    *str = out;
    return DONE;
}

int
_Py_DecodeLocaleEx(const char *arg, wchar_t **wstr, size_t *wlen, const char **reason,
                   int current_locale, enum ErrorHandler errors)
{
    if (!current_locale && Py_UTF8Mode == 1) {
        return _Py_DecodeUTF8Ex(arg, (Py_ssize_t)strlen(arg), wstr, wlen, reason, errors);
    }
    return decode_current(arg, wstr, wlen, reason, errors);
}

static int
encode_any(const wchar_t *text, char **str, size_t *error_pos, const char **reason, int raw_malloc,
           int current_locale, enum ErrorHandler errors)
{
    if (!current_locale && Py_UTF8Mode == 1) {
        return _Py_EncodeUTF8Ex(text, str, error_pos, reason, raw_malloc, errors);
    }
    return encode_current(text, str, error_pos, reason, raw_malloc, errors);
}

int
_Py_EncodeLocaleEx(const wchar_t *text, char **str, size_t *error_pos, const char **reason,
                   int current_locale, enum ErrorHandler errors)
{
    return encode_any(text, str, error_pos, reason, 1, current_locale, errors);
}

/* Decode with surrogateescape; on failure NULL and *wlen (size_t)-1 or -2. */
wchar_t *
Py_DecodeLocale(const char *arg, size_t *wlen)
{
    wchar_t *out;
    int result = _Py_DecodeLocaleEx(arg, &out, wlen, NULL, 0, ERRORS_SURROGATEESCAPE);
    if (result != DONE) {
        if (wlen != NULL) {
            *wlen = (size_t)result;
        }
        return NULL;
    }
    return out;
}

static char *
encode_locale(const wchar_t *text, size_t *error_pos, int raw)
{
    char *out;
    int result = encode_any(text, &out, error_pos, NULL, raw, 0, ERRORS_SURROGATEESCAPE);
    if (result != DONE && result != BAD_TEXT && error_pos != NULL) {
        *error_pos = (size_t)-1;
    }
    if (result == DONE && error_pos != NULL) {
        *error_pos = (size_t)-1;
    }
    return result == DONE ? out : NULL;
}

char *
Py_EncodeLocale(const wchar_t *text, size_t *error_pos)
{
    return encode_locale(text, error_pos, 0);
}

char *
_Py_EncodeLocaleRaw(const wchar_t *text, size_t *error_pos)
{
    return encode_locale(text, error_pos, 1);
}

int
_Py_GetForceASCII(void)
{
    return 0;
}

void
_Py_ResetForceASCII(void)
{
}

wchar_t *
_Py_GetLocaleEncoding(void)
{
    if (Py_UTF8Mode == 1) {
        return _PyMem_RawWcsdup(L"utf-8");
    }
    const char *name = nl_langinfo(CODESET);
    wchar_t *wide;
    if (name == NULL || name[0] == 0) {
        return _PyMem_RawWcsdup(L"utf-8");
    }
    return decode_current(name, &wide, NULL, NULL, ERRORS_SURROGATEESCAPE) == DONE ? wide : NULL;
}

PyObject *
_Py_GetLocaleEncodingObject(void)
{
    wchar_t *name = _Py_GetLocaleEncoding();
    if (name == NULL) {
        return PyErr_NoMemory();
    }
    PyObject *result = PyUnicode_FromWideChar(name, -1);
    PyMem_RawFree(name);
    return result;
}

/* decimal point and grouping of a locale as str, decoded in the LC_NUMERIC locale's encoding. */
int
_Py_GetLocaleconvNumeric(struct lconv *lc, PyObject **decimal_point, PyObject **thousands_sep)
{
    const char *point = lc->decimal_point, *sep = lc->thousands_sep;
    char *before = NULL;
    int result = -1;
    bool wide = strlen(point) > 1 || (unsigned char)point[0] > 127 || strlen(sep) > 1 ||
                (unsigned char)sep[0] > 127;
    if (wide) {
        const char *now = setlocale(LC_CTYPE, NULL), *numeric = setlocale(LC_NUMERIC, NULL);
        if (now != NULL && numeric != NULL && strcmp(now, numeric) != 0) {
            before = _PyMem_Strdup(now);
            if (before == NULL) {
                PyErr_NoMemory();
                return -1;
            }
            setlocale(LC_CTYPE, numeric);
        }
    }
    *decimal_point = PyUnicode_DecodeLocale(point, NULL);
    if (*decimal_point != NULL) {
        *thousands_sep = PyUnicode_DecodeLocale(sep, NULL);
        result = *thousands_sep != NULL ? 0 : -1;
    }
    if (before != NULL) {
        setlocale(LC_CTYPE, before);
        PyMem_Free(before);
    }
    return result;
}

/* ---- the C locale (PEP 538) --------------------------------------------------------------- */

/* Is the LC_CTYPE locale the C or POSIX one? */
int
_Py_LegacyLocaleDetected(int Py_UNUSED(warn))
{
    const char *now = setlocale(LC_CTYPE, NULL);
    return now != NULL && strcmp(now, "C") == 0;
}

static const char *const coercion_targets[] = {"C.UTF-8", "C.utf8", "UTF-8"};

int
_Py_IsLocaleCoercionTarget(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(coercion_targets); i++) {
        if (strcmp(name, coercion_targets[i]) == 0) {
            return 1;
        }
    }
    return 0;
}

/* setlocale(category, "") */
char *
_Py_SetLocaleFromEnv(int category)
{
    return setlocale(category, "");
}

/* Replace the C locale by a UTF-8 one, here and for child processes; 1 if that was done. */
int
_Py_CoerceLegacyLocale(int warn)
{
    int coerced = 0;
    const char *all = getenv("LC_ALL");
    char *before = NULL;
    const char *now = setlocale(LC_CTYPE, NULL);
    if (now == NULL || (before = strdup(now)) == NULL) {
        return 0;
    }
    if (all == NULL || all[0] == 0) {
        for (size_t i = 0; i < ARRAY_LEN(coercion_targets) && !coerced; i++) {
            const char *target = coercion_targets[i];
            if (setlocale(LC_CTYPE, target) == NULL) {
                continue;
            }
            const char *codeset = nl_langinfo(CODESET);
            if (codeset == NULL || codeset[0] == 0) {
                setlocale(LC_CTYPE, before);
                continue;
            }
            if (setenv("LC_CTYPE", target, 1) != 0) {
                fputs("Error setting LC_CTYPE, skipping C locale coercion\n", stderr);
                break;
            }
            if (warn) {
                fprintf(stderr,
                        "Python detected LC_CTYPE=C: LC_CTYPE coerced to %.20s (set another locale "
                        "or PYTHONCOERCECLOCALE=0 to disable this locale coercion behavior).\n",
                        target);
            }
            setlocale(LC_ALL, "");
            coerced = 1;
        }
    }
    if (!coerced) {
        setlocale(LC_CTYPE, before);
    }
    free(before);
    return coerced;
}
