/* Text of the operating system: bytes in the locale's encoding to wchar_t and back, without objects.

   Undecodable bytes 0x80..0xff become U+DC80..U+DCFF and return unchanged (PEP 383). */
#ifndef KRAIT_RUNTIME_LOCALE_H
#define KRAIT_RUNTIME_LOCALE_H

#include <Python.h>
#include <locale.h>
#include "base/common.h"

/* Same numbers as the exported functions' last argument. */
enum ErrorHandler {
    ERRORS_UNKNOWN,
    ERRORS_STRICT,
    ERRORS_SURROGATEESCAPE,
    ERRORS_REPLACE,
    ERRORS_IGNORE,
    ERRORS_BACKSLASHREPLACE,
    ERRORS_SURROGATEPASS,
    ERRORS_XMLCHARREFREPLACE,
    ERRORS_OTHER
};

int _Py_DecodeLocaleEx(const char *arg, wchar_t **wstr, size_t *wlen, const char **reason,
                       int current_locale, enum ErrorHandler errors);
int _Py_EncodeLocaleEx(const wchar_t *text, char **str, size_t *error_pos, const char **reason,
                       int current_locale, enum ErrorHandler errors);
int _Py_DecodeUTF8Ex(const char *arg, Py_ssize_t size, wchar_t **wstr, size_t *wlen,
                     const char **reason, enum ErrorHandler errors);
int _Py_EncodeUTF8Ex(const wchar_t *text, char **str, size_t *error_pos, const char **reason,
                     int raw_malloc, enum ErrorHandler errors);
wchar_t *_Py_DecodeUTF8_surrogateescape(const char *arg, Py_ssize_t size, size_t *wlen);
char *_Py_EncodeLocaleRaw(const wchar_t *text, size_t *error_pos);
enum ErrorHandler _Py_GetErrorHandler(const char *errors);
/* Name of the locale's encoding, or "utf-8" in UTF-8 mode; raw memory. */
wchar_t *_Py_GetLocaleEncoding(void);
int _Py_GetForceASCII(void);
void _Py_ResetForceASCII(void);
int _Py_LegacyLocaleDetected(int warn);
int _Py_IsLocaleCoercionTarget(const char *ctype_loc);
int _Py_CoerceLegacyLocale(int warn);

#endif
