/* str: finding, counting, replacing, splitting, stripping, prefixes and suffixes.

   Both sides of a search are brought to the width of the text searched (base/search.h); a pattern
   that needs wider units than the text has cannot occur in it. */
#include <Python.h>
#include <string.h>
#include "base/copy.h"
#include "base/search.h"
#include "base/unichar.h"
#include "base/utf.h"
#include "object/declare.h"
#include "types/parts.h"
#include "types/str.h"

/* ---- patterns ------------------------------------------------------------------------------ */

/* A pattern in the width of the text it is searched in. */
struct pattern {
    const void *data;
    Py_ssize_t length;
    void *widened;          /* to be freed, or NULL */
    Py_UCS4 small[16];      /* room for widening short patterns */
};

/* 1 ready, 0 the pattern cannot occur, -1 no memory. */
static truth
pattern_begin(struct pattern *p, struct units text, struct units wanted)
{
    p->widened = NULL;
    p->length = wanted.length;
    p->data = wanted.data;
    if (wanted.length > text.length || wanted.width > text.width)
        return wanted.length == 0;
    if (wanted.width == text.width)
        return 1;
    if (wanted.length <= (Py_ssize_t)ARRAY_LEN(p->small)) {
        units_copy(text.width, p->small, wanted.width, wanted.data, (size_t)wanted.length);
        p->data = p->small;
        return 1;
    }
    p->data = p->widened = str_widen(wanted, text.width);
    return p->data == NULL ? -1 : 1;
}

static inline void
pattern_end(struct pattern *p)
{
    if (p->widened != NULL)
        PyMem_Free(p->widened);
}

static inline const void *
unit_address(struct units u, Py_ssize_t i)
{
    return (const char *)u.data + i * u.width;
}

static status
ensure_str(PyObject *object)
{
    if (!PyUnicode_Check(object)) {
        PyErr_Format(PyExc_TypeError, "must be str, not %.100s", Py_TYPE(object)->tp_name);
        return -1;
    }
    return PyUnicode_READY(object);
}

/* Position of `wanted` in text[start:end], the first (direction > 0) or the last; -1 not found,
   -2 failed. */
static Py_ssize_t
find_in(PyObject *text, PyObject *wanted, Py_ssize_t start, Py_ssize_t end, int direction)
{
    struct units t = str_units(text), w = str_units(wanted);
    clip_bounds(&start, &end, t.length);
    if (end - start < w.length)
        return -1;
    Py_ssize_t at;
    if (w.length == 1) {
        Py_UCS4 ch = unit_at(w, 0);
        if (w.width > t.width)
            return -1;
        at = direction > 0 ? search_char(t.width, unit_address(t, start), end - start, ch)
                           : search_rchar(t.width, unit_address(t, start), end - start, ch);
        return at < 0 ? -1 : start + at;
    }
    struct pattern p;
    truth possible = pattern_begin(&p, t, w);
    if (possible <= 0)
        return possible < 0 ? -2 : -1;
    at = direction > 0
             ? search_find(t.width, unit_address(t, start), end - start, p.data, p.length)
             : search_rfind(t.width, unit_address(t, start), end - start, p.data, p.length);
    pattern_end(&p);
    return at < 0 ? -1 : start + at;
}

/* ---- C API --------------------------------------------------------------------------------- */

/* Position of `substr` in str[start:end]; -1 not found, -2 failed. */
Py_ssize_t
PyUnicode_Find(PyObject *str, PyObject *substr, Py_ssize_t start, Py_ssize_t end, int direction)
{
    if (ensure_str(str) < 0 || ensure_str(substr) < 0)
        return -2;
    return find_in(str, substr, start, end, direction);
}

/* Position of a character in str[start:end]; -1 not found, -2 failed. */
Py_ssize_t
PyUnicode_FindChar(PyObject *str, Py_UCS4 ch, Py_ssize_t start, Py_ssize_t end, int direction)
{
    if (PyUnicode_READY(str) < 0)
        return -2;
    struct units u = str_units(str);
    if (start < 0 || end < 0) {
        PyErr_SetString(PyExc_IndexError, "string index out of range");
        return -2;
    }
    end = Py_MIN(end, u.length);
    if (start >= end || (u.width < 4 && ch >> (8 * u.width)))
        return -1;
    Py_ssize_t at = direction > 0 ? search_char(u.width, unit_address(u, start), end - start, ch)
                                  : search_rchar(u.width, unit_address(u, start), end - start, ch);
    return at < 0 ? -1 : start + at;
}

/* 1 if `substr` occurs in `str`, 0 if not, -1 failed. */
/* Texts up to this length are searched without preparation. */
enum { CONTAINS_SHORT = 16 };

int
PyUnicode_Contains(PyObject *str, PyObject *substr)
{
    if (!PyUnicode_Check(substr)) {
        PyErr_Format(PyExc_TypeError, "'in <string>' requires string as left operand, not %.100s",
                     Py_TYPE(substr)->tp_name);
        return -1;
    }
    if (PyUnicode_READY(substr) < 0 || ensure_str(str) < 0)
        return -1;
    Py_ssize_t n = PyUnicode_GET_LENGTH(str), m = PyUnicode_GET_LENGTH(substr);
    if (n <= CONTAINS_SHORT && m > 0 && PyUnicode_IS_COMPACT_ASCII(str) && PyUnicode_IS_COMPACT_ASCII(substr)) {
        const char *s = (const char *)((PyASCIIObject *)str + 1), *p = (const char *)((PyASCIIObject *)substr + 1);
        for (Py_ssize_t i = 0; i <= n - m; i++) {
            Py_ssize_t same = 0;
            while (same < m && s[i + same] == p[same]) {
                same++;
            }
            if (same == m) {
                return 1;
            }
        }
        return 0;
    }
    Py_ssize_t at = find_in(str, substr, 0, PY_SSIZE_T_MAX, 1);
    return at == -2 ? -1 : at >= 0;
}

static Py_ssize_t
count_in(PyObject *text, PyObject *wanted, Py_ssize_t start, Py_ssize_t end)
{
    struct units t = str_units(text), w = str_units(wanted);
    struct pattern p;
    clip_bounds(&start, &end, t.length);
    if (end - start < w.length)
        return 0;
    truth possible = pattern_begin(&p, t, w);
    if (possible <= 0)
        return possible;
    Py_ssize_t n = search_count(t.width, unit_address(t, start), end - start, p.data, p.length,
                                PY_SSIZE_T_MAX);
    pattern_end(&p);
    return n;
}

/* Number of non-overlapping occurrences in str[start:end]; -1 failed. */
Py_ssize_t
PyUnicode_Count(PyObject *str, PyObject *substr, Py_ssize_t start, Py_ssize_t end)
{
    if (ensure_str(str) < 0 || ensure_str(substr) < 0)
        return -1;
    return count_in(str, substr, start, end);
}

/* Whether text[start:end] starts (direction < 0) or ends with `part`. */
static bool
tail_matches(PyObject *text, PyObject *part, Py_ssize_t start, Py_ssize_t end, int direction)
{
    struct units t = str_units(text), p = str_units(part);
    clip_bounds(&start, &end, t.length);
    if (end - start < p.length)
        return false;
    if (p.length == 0)
        return true;
    Py_ssize_t at = direction > 0 ? end - p.length : start;
    if (p.width == t.width)
        return memcmp(unit_address(t, at), p.data, (size_t)(p.length * p.width)) == 0;
    if (p.width > t.width)
        return false;
    for (Py_ssize_t i = 0; i < p.length; i++)
        if (unit_at(t, at + i) != unit_at(p, i))
            return false;
    return true;
}

/* 1 if str[start:end] ends (direction > 0) or starts with `substr`, 0 if not, -1 failed. */
Py_ssize_t
PyUnicode_Tailmatch(PyObject *str, PyObject *substr, Py_ssize_t start, Py_ssize_t end, int direction)
{
    if (ensure_str(str) < 0 || ensure_str(substr) < 0)
        return -1;
    return tail_matches(str, substr, start, end, direction);
}

/* ---- replace ------------------------------------------------------------------------------- */

/* Puts `new` before each of the first n characters (and at the end if n is length + 1). */
static void
interleave(int width, char *out, struct units text, struct units new, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n; i++) {
        units_copy(width, out, new.width, new.data, (size_t)new.length);
        out += new.length * width;
        if (i < text.length) {
            units_copy(width, out, text.width, unit_address(text, i), 1);
            out += width;
        }
    }
    if (n < text.length)
        units_copy(width, out, text.width, unit_address(text, n), (size_t)(text.length - n));
}

/* Copies the text with each of the first n occurrences of the pattern replaced. */
static void
substitute(int width, char *out, struct units text, const struct pattern *old, struct units new,
           Py_ssize_t n)
{
    Py_ssize_t at = 0;
    for (; n > 0; n--) {
        Py_ssize_t skip = search_find(text.width, unit_address(text, at), text.length - at, old->data,
                                      old->length);
        units_copy(width, out, text.width, unit_address(text, at), (size_t)skip);
        out += skip * width;
        units_copy(width, out, new.width, new.data, (size_t)new.length);
        out += new.length * width;
        at += skip + old->length;
    }
    units_copy(width, out, text.width, unit_address(text, at), (size_t)(text.length - at));
}

/* The same where old and new are of one length and width: in a copy. */
static void
overwrite(int width, char *out, struct units text, const struct pattern *old, struct units new,
          Py_ssize_t n)
{
    memcpy(out, text.data, (size_t)(text.length * width));
    for (Py_ssize_t at = 0; n > 0; n--) {
        Py_ssize_t skip = search_find(width, unit_address(text, at), text.length - at, old->data,
                                      old->length);
        if (skip < 0)
            break;
        units_copy(width, out + (at + skip) * width, new.width, new.data, (size_t)new.length);
        at += skip + old->length;
    }
}

/* The same for all occurrences of one character, by another, where the widths are the same. */
static void
substitute_char(int width, void *out, struct units text, Py_UCS4 old, Py_UCS4 new)
{
    size_t n = (size_t)text.length;
    if (width == 1)
        units_replace_1(text.data, n, (Py_UCS1)old, (Py_UCS1)new, out);
    else if (width == 2)
        units_replace_2(text.data, n, (Py_UCS2)old, (Py_UCS2)new, out);
    else
        units_replace_4(text.data, n, old, new, out);
}

/* An exact string with the same text, in the narrowest width.  Steals `text`. */
static PyObject *
narrowed_take(PyObject *text)
{
    struct units u = str_units(text);
    if (u.length > 1 && units_class(u.width, u.data, u.length) == PyUnicode_MAX_CHAR_VALUE(text))
        return text;
    PyObject *narrow = PyUnicode_FromKindAndData(u.width, u.data, u.length);
    Py_DECREF(text);
    return narrow;
}

/* One ASCII character for another in ASCII text: copied, then changed in place. */
static PyObject *
replace_char(PyObject *self, char old, char new, Py_ssize_t maxcount)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(self);
    const char *from = PyUnicode_DATA(self);
    const char *found = maxcount == 0 || old == new ? NULL : memchr(from, old, (size_t)length);
    if (found == NULL)
        return str_unchanged(self);
    if (length == 1)
        return str_new_latin1((Py_UCS1)new);
    PyObject *result = PyUnicode_New(length, 0x7f);
    if (result == NULL)
        return NULL;
    if (maxcount >= length) {
        units_replace_1((const uint8_t *)from, (size_t)length, (uint8_t)old, (uint8_t)new,
                        PyUnicode_1BYTE_DATA(result));
        return result;
    }
    char *to = PyUnicode_DATA(result), *end = to + length, *p = to + (found - from);
    memcpy(to, from, (size_t)length);
    do {
        *p++ = new;
    } while (--maxcount != 0 && (p = memchr(p, old, (size_t)(end - p))) != NULL);
    return result;
}

static PyObject *
replaced_too_long(void)
{
    PyErr_SetString(PyExc_OverflowError, "replace string is too long");
    return NULL;
}

/* One ASCII character for none or several in ASCII text, as when text is escaped. */
static PyObject *
replace_char_by(PyObject *self, char old, struct units new, Py_ssize_t maxcount)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(self);
    const char *from = PyUnicode_DATA(self), *end = from + length;
    const char *found = maxcount == 0 ? NULL : memchr(from, old, (size_t)length);
    if (found == NULL)
        return str_unchanged(self);
    Py_ssize_t count = 1 + search_count(1, found + 1, end - found - 1, &old, 1, maxcount - 1);
    Py_ssize_t growth = new.length - 1;
    if (growth > 0 && growth > (PY_SSIZE_T_MAX - length) / count)
        return replaced_too_long();
    PyObject *result = PyUnicode_New(length + growth * count, 0x7f);
    if (result == NULL)
        return NULL;
    char *out = PyUnicode_DATA(result);
    for (;;) {
        copy_short(out, from, (size_t)(found - from));
        out += found - from;
        copy_short(out, new.data, (size_t)new.length);
        out += new.length;
        from = found + 1;
        if (--count == 0)
            break;
        found = memchr(from, old, (size_t)(end - from));
    }
    copy_short(out, from, (size_t)(end - from));
    return PyUnicode_GET_LENGTH(result) <= 1 ? narrowed_take(result) : result;
}

static PyObject *
replace_in(PyObject *self, PyObject *old, PyObject *new, Py_ssize_t maxcount)
{
    struct units t = str_units(self), o = str_units(old), n = str_units(new);
    if (maxcount < 0)
        maxcount = PY_SSIZE_T_MAX;
    if (o.length == 1 && PyUnicode_IS_ASCII(self) && PyUnicode_IS_ASCII(old) && PyUnicode_IS_ASCII(new))
        return n.length == 1 ? replace_char(self, *(const char *)o.data, *(const char *)n.data, maxcount)
                             : replace_char_by(self, *(const char *)o.data, n, maxcount);
    struct pattern p;
    bool changes = maxcount != 0 && o.length <= t.length && !_PyUnicode_EQ(old, new);
    truth possible = changes ? pattern_begin(&p, t, o) : 0;
    if (possible < 0)
        return NULL;
    Py_ssize_t count = 0, growth = n.length - o.length;
    if (possible && growth == 0 && n.width <= t.width && maxcount >= t.length)
        count = search_find(t.width, t.data, t.length, p.data, p.length) < 0 ? 0 : PY_SSIZE_T_MAX;
    else if (possible)
        count = search_count(t.width, t.data, t.length, p.data, p.length, maxcount);
    PyObject *result = NULL;
    if (count == 0) {
        result = str_unchanged(self);
        goto done;
    }
    if (growth > 0 && growth > (PY_SSIZE_T_MAX - t.length) / count) {
        result = replaced_too_long();
        goto done;
    }
    Py_ssize_t length = t.length + growth * count;
    if (length == 0) {
        result = str_new_empty();
        goto done;
    }
    Py_UCS4 was = PyUnicode_MAX_CHAR_VALUE(self), gone = PyUnicode_MAX_CHAR_VALUE(old);
    Py_UCS4 comes = n.length ? PyUnicode_MAX_CHAR_VALUE(new) : 0;
    result = PyUnicode_New(length, Py_MAX(was, comes));
    if (result == NULL)
        goto done;
    int width = (int)PyUnicode_KIND(result);
    if (o.length == 0)
        interleave(width, PyUnicode_DATA(result), t, n, count);
    else if (o.length == 1 && n.length == 1 && maxcount >= t.length && width == t.width)
        substitute_char(width, PyUnicode_DATA(result), t, unit_at(o, 0), unit_at(n, 0));
    else if (growth == 0 && width == t.width)
        overwrite(width, PyUnicode_DATA(result), t, &p, n, count);
    else
        substitute(width, PyUnicode_DATA(result), t, &p, n, count);
    /* Only if characters of the widest class went away can the result be too wide. */
    if (length == 1 || (was > comes && was > 0x7f && o.length > 0 && gone == was))
        result = narrowed_take(result);
done:
    if (possible)
        pattern_end(&p);
    return result;
}

/* str with up to maxcount (all if negative) occurrences replaced. */
PyObject *
PyUnicode_Replace(PyObject *str, PyObject *substr, PyObject *replstr, Py_ssize_t maxcount)
{
    if (ensure_str(str) < 0 || ensure_str(substr) < 0 || ensure_str(replstr) < 0)
        return NULL;
    return replace_in(str, substr, replstr, maxcount);
}

/* ---- split --------------------------------------------------------------------------------- */

static const uint64_t low_spaces = UINT64_C(0x1f0003e00); /* 9..13, 28..32 */

static inline bool
is_space(Py_UCS4 ch)
{
    return ch < 64 ? low_spaces >> ch & 1 : ch >= 0x80 && unichar_is_space(ch);
}

/* Adds text[start:end]. */
static inline status
add_slice(struct parts *parts, PyObject *text, Py_ssize_t start, Py_ssize_t end)
{
    return parts_add_take(parts, str_slice(text, start, end));
}

static status
split_spaces(struct parts *parts, PyObject *text, Py_ssize_t maxcount)
{
    struct units u = str_units(text);
    const Py_UCS1 *narrow = u.width == 1 ? u.data : NULL;
    Py_ssize_t i = 0;
    for (;;) {
        if (narrow != NULL)
            while (i < u.length && is_space(narrow[i]))
                i++;
        else
            while (i < u.length && is_space(unit_at(u, i)))
                i++;
        if (i == u.length)
            return 0;
        Py_ssize_t start = i++;
        if (maxcount-- <= 0)
            return add_slice(parts, text, start, u.length);
        if (narrow != NULL)
            while (i < u.length && !is_space(narrow[i]))
                i++;
        else
            while (i < u.length && !is_space(unit_at(u, i)))
                i++;
        if (add_slice(parts, text, start, i) < 0)
            return -1;
    }
}

static status
rsplit_spaces(struct parts *parts, PyObject *text, Py_ssize_t maxcount)
{
    struct units u = str_units(text);
    Py_ssize_t i = u.length;
    for (;;) {
        while (i > 0 && is_space(unit_at(u, i - 1)))
            i--;
        if (i == 0)
            return 0;
        Py_ssize_t end = i;
        if (maxcount-- <= 0)
            return add_slice(parts, text, 0, end);
        while (i > 0 && !is_space(unit_at(u, i - 1)))
            i--;
        if (add_slice(parts, text, i, end) < 0)
            return -1;
    }
}

/* split_at for one byte, which in most texts is not far: looked for in line at first. */
static status
split_at_byte(struct parts *parts, PyObject *text, struct units u, Py_UCS1 sep, Py_ssize_t maxcount)
{
    const Py_UCS1 *s = u.data;
    Py_ssize_t i = 0;
    while (maxcount-- > 0) {
        Py_ssize_t at = i, near = u.length - i > SEPARATOR_NEAR ? i + SEPARATOR_NEAR : u.length;
        while (at < near && s[at] != sep)
            at++;
        if (at == near) {
            Py_ssize_t further = search_char_1(s + at, u.length - at, sep);
            if (further < 0)
                break;
            at += further;
        }
        if (add_slice(parts, text, i, at) < 0)
            return -1;
        i = at + 1;
    }
    return add_slice(parts, text, i, u.length);
}

static status
split_at(struct parts *parts, PyObject *text, const struct pattern *sep, Py_ssize_t maxcount)
{
    struct units u = str_units(text);
    Py_ssize_t i = 0;
    if (u.width == 1 && sep->length == 1)
        return split_at_byte(parts, text, u, *(const Py_UCS1 *)sep->data, maxcount);
    while (maxcount-- > 0) {
        Py_ssize_t at = search_find(u.width, unit_address(u, i), u.length - i, sep->data, sep->length);
        if (at < 0)
            break;
        if (add_slice(parts, text, i, i + at) < 0)
            return -1;
        i += at + sep->length;
    }
    return add_slice(parts, text, i, u.length);
}

static status
rsplit_at_byte(struct parts *parts, PyObject *text, struct units u, Py_UCS1 sep, Py_ssize_t maxcount)
{
    const Py_UCS1 *s = u.data;
    Py_ssize_t end = u.length;
    while (maxcount-- > 0) {
        Py_ssize_t at = end, near = end > SEPARATOR_NEAR ? end - SEPARATOR_NEAR : 0;
        while (at > near && s[at - 1] != sep)
            at--;
        if (at == near)
            at = search_rchar_1(s, at, sep) + 1;
        if (at == 0)
            break;
        if (add_slice(parts, text, at, end) < 0)
            return -1;
        end = at - 1;
    }
    return add_slice(parts, text, 0, end);
}

static status
rsplit_at(struct parts *parts, PyObject *text, const struct pattern *sep, Py_ssize_t maxcount)
{
    struct units u = str_units(text);
    Py_ssize_t end = u.length;
    if (u.width == 1 && sep->length == 1)
        return rsplit_at_byte(parts, text, u, *(const Py_UCS1 *)sep->data, maxcount);
    while (maxcount-- > 0) {
        Py_ssize_t at = search_rfind(u.width, u.data, end, sep->data, sep->length);
        if (at < 0)
            break;
        if (add_slice(parts, text, at + sep->length, end) < 0)
            return -1;
        end = at;
    }
    return add_slice(parts, text, 0, end);
}

static PyObject *
split_any(PyObject *text, PyObject *sep, Py_ssize_t maxcount, bool right)
{
    struct parts parts;
    status done;
    parts_begin(&parts);
    if (maxcount < 0)
        maxcount = PY_SSIZE_T_MAX;
    if (sep == NULL)
        done = right ? rsplit_spaces(&parts, text, maxcount) : split_spaces(&parts, text, maxcount);
    else {
        struct pattern p;
        if (PyUnicode_GET_LENGTH(sep) == 0) {
            PyErr_SetString(PyExc_ValueError, "empty separator");
            return NULL;
        }
        truth possible = pattern_begin(&p, str_units(text), str_units(sep));
        if (possible < 0)
            return NULL;
        if (possible) {
            done = right ? rsplit_at(&parts, text, &p, maxcount) : split_at(&parts, text, &p, maxcount);
            pattern_end(&p);
        }
        else
            done = add_slice(&parts, text, 0, PyUnicode_GET_LENGTH(text));
    }
    return parts_finish(&parts, done, right);
}

/* Parts between separators (NULL: runs of white space), at most maxsplit cuts from the left. */
PyObject *
PyUnicode_Split(PyObject *s, PyObject *sep, Py_ssize_t maxsplit)
{
    if (ensure_str(s) < 0 || (sep != NULL && ensure_str(sep) < 0))
        return NULL;
    return split_any(s, sep, maxsplit, false);
}

PyObject *
PyUnicode_RSplit(PyObject *s, PyObject *sep, Py_ssize_t maxsplit)
{
    if (ensure_str(s) < 0 || (sep != NULL && ensure_str(sep) < 0))
        return NULL;
    return split_any(s, sep, maxsplit, true);
}

/* The lines, with their ends if keepends. */
PyObject *
PyUnicode_Splitlines(PyObject *text, int keepends)
{
    if (ensure_str(text) < 0)
        return NULL;
    struct units u = str_units(text);
    struct parts parts;
    parts_begin(&parts);
    for (Py_ssize_t i = 0; i < u.length;) {
        Py_ssize_t start = i;
        size_t rest = (size_t)(u.length - i);
        const void *at = (const char *)u.data + i * u.width;
        i += (Py_ssize_t)(u.width == 1   ? units_line_end_1(at, rest)
                          : u.width == 2 ? units_line_end_2(at, rest)
                                         : units_line_end_4(at, rest));
        Py_ssize_t end = i;
        if (i < u.length) {
            i += unit_at(u, i) == '\r' && i + 1 < u.length && unit_at(u, i + 1) == '\n' ? 2 : 1;
            if (keepends)
                end = i;
        }
        if (add_slice(&parts, text, start, end) < 0)
            return parts_finish(&parts, -1, false);
    }
    return parts_finish(&parts, 0, false);
}

/* (before, sep, after) around text[at:at+len(sep)]. */
static PyObject *
three_parts(PyObject *text, PyObject *sep, Py_ssize_t at)
{
    PyObject *before = str_slice(text, 0, at);
    PyObject *after = str_slice(text, at + PyUnicode_GET_LENGTH(sep), PyUnicode_GET_LENGTH(text));
    PyObject *parts = before && after ? PyTuple_Pack(3, before, sep, after) : NULL;
    Py_XDECREF(before);
    Py_XDECREF(after);
    return parts;
}

static PyObject *
partition_any(PyObject *text, PyObject *sep, int direction)
{
    if (ensure_str(text) < 0 || ensure_str(sep) < 0)
        return NULL;
    if (PyUnicode_GET_LENGTH(sep) == 0) {
        PyErr_SetString(PyExc_ValueError, "empty separator");
        return NULL;
    }
    Py_ssize_t at = find_in(text, sep, 0, PY_SSIZE_T_MAX, direction);
    if (at == -2)
        return NULL;
    if (at >= 0)
        return three_parts(text, sep, at);
    PyObject *empty = _PyRuntime.str.empty, *whole = str_unchanged(text), *parts = NULL;
    if (whole != NULL)
        parts = direction > 0 ? PyTuple_Pack(3, whole, empty, empty)
                              : PyTuple_Pack(3, empty, empty, whole);
    Py_XDECREF(whole);
    return parts;
}

PyObject *
PyUnicode_Partition(PyObject *s, PyObject *sep)
{
    return partition_any(s, sep, 1);
}

PyObject *
PyUnicode_RPartition(PyObject *s, PyObject *sep)
{
    return partition_any(s, sep, -1);
}

/* ---- strip --------------------------------------------------------------------------------- */

enum { STRIP_LEFT, STRIP_RIGHT, STRIP_BOTH };

static bool
in_set(struct units set, Py_UCS4 ch)
{
    if (set.width < 4 && ch >> (8 * set.width))
        return false;
    return search_char(set.width, set.data, set.length, ch) >= 0;
}

/* text without leading and/or trailing characters of `set` (NULL: white space). */
static PyObject *
strip_set(PyObject *text, const struct units *set, int sides)
{
    struct units u = str_units(text);
    Py_ssize_t start = 0, end = u.length;
#define DROPS(ch) (set == NULL ? is_space(ch) : in_set(*set, ch))
    if (sides != STRIP_RIGHT)
        while (start < end && DROPS(unit_at(u, start)))
            start++;
    if (sides != STRIP_LEFT)
        while (end > start && DROPS(unit_at(u, end - 1)))
            end--;
#undef DROPS
    return str_slice(text, start, end);
}

/* Strips the characters of a str; striptype 0 left, 1 right, 2 both. */
PyObject *
_PyUnicode_XStrip(PyObject *self, int striptype, PyObject *chars)
{
    if (PyUnicode_READY(self) < 0 || PyUnicode_READY(chars) < 0)
        return NULL;
    struct units set = str_units(chars);
    return strip_set(self, &set, striptype);
}

static PyObject *
strip_arg(PyObject *self, PyObject *chars, int sides)
{
    static const char *const names[] = {"lstrip", "rstrip", "strip"};
    if (PyUnicode_READY(self) < 0)
        return NULL;
    if (chars == Py_None)
        return strip_set(self, NULL, sides);
    if (!PyUnicode_Check(chars)) {
        PyErr_Format(PyExc_TypeError, "%s arg must be None or str", names[sides]);
        return NULL;
    }
    return _PyUnicode_XStrip(self, sides, chars);
}

/* ---- methods ------------------------------------------------------------------------------- */

/* Parses (sub[, start[, end]]) of find and its kin. */
static status
search_arguments(const char *name, PyObject *const *args, Py_ssize_t nargs, Py_ssize_t *start,
                 Py_ssize_t *end)
{
    if (nargs < 1 || nargs > 3) {
        PyErr_Format(PyExc_TypeError, "%s() takes at %s %d argument%s (%zd given)", name,
                     nargs < 1 ? "least" : "most", nargs < 1 ? 1 : 3, nargs < 1 ? "" : "s", nargs);
        return -1;
    }
    *start = 0;
    *end = PY_SSIZE_T_MAX;
    if (nargs > 1 && args[1] != Py_None && !_PyEval_SliceIndex(args[1], start))
        return -1;
    if (nargs > 2 && args[2] != Py_None && !_PyEval_SliceIndex(args[2], end))
        return -1;
    return 0;
}

/* find_in with Python's arguments; -2 failed. */
static Py_ssize_t
find_with(const char *name, PyObject *self, PyObject *const *args, Py_ssize_t nargs, int direction)
{
    Py_ssize_t start, end;
    if (search_arguments(name, args, nargs, &start, &end) < 0 || ensure_str(args[0]) < 0 ||
        PyUnicode_READY(self) < 0)
        return -2;
    return find_in(self, args[0], start, end, direction);
}

static PyObject *
position(Py_ssize_t at, bool must_exist)
{
    if (at == -2)
        return NULL;
    if (at < 0 && must_exist) {
        PyErr_SetString(PyExc_ValueError, "substring not found");
        return NULL;
    }
    return PyLong_FromSsize_t(at);
}

METHOD(str, find, "~",
       "S.find(sub[, start[, end]]) -> int\n\nLowest index of sub within S[start:end], or -1.")
PyObject *
str_find(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    return position(find_with("find", self, args, nargs, 1), false);
}

METHOD(str, rfind, "~",
       "S.rfind(sub[, start[, end]]) -> int\n\nHighest index of sub within S[start:end], or -1.")
PyObject *
str_rfind(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    return position(find_with("rfind", self, args, nargs, -1), false);
}

METHOD(str, index, "~",
       "S.index(sub[, start[, end]]) -> int\n\nLike find, but a missing sub is a ValueError.")
PyObject *
str_index(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    return position(find_with("index", self, args, nargs, 1), true);
}

METHOD(str, rindex, "~",
       "S.rindex(sub[, start[, end]]) -> int\n\nLike rfind, but a missing sub is a ValueError.")
PyObject *
str_rindex(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    return position(find_with("rindex", self, args, nargs, -1), true);
}

METHOD(str, count, "~",
       "S.count(sub[, start[, end]]) -> int\n\n"
       "Number of occurrences of sub in S[start:end] that do not overlap.")
PyObject *
str_count(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t start, end;
    if (search_arguments("count", args, nargs, &start, &end) < 0 || ensure_str(args[0]) < 0 ||
        PyUnicode_READY(self) < 0)
        return NULL;
    Py_ssize_t n = count_in(self, args[0], start, end);
    return n < 0 ? NULL : PyLong_FromSsize_t(n);
}

static PyObject *
tail_method(const char *name, PyObject *self, PyObject *const *args, Py_ssize_t nargs, int direction)
{
    Py_ssize_t start, end;
    if (search_arguments(name, args, nargs, &start, &end) < 0 || PyUnicode_READY(self) < 0)
        return NULL;
    PyObject *part = args[0];
    if (PyTuple_Check(part)) {
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(part); i++) {
            PyObject *one = PyTuple_GET_ITEM(part, i);
            if (!PyUnicode_Check(one)) {
                PyErr_Format(PyExc_TypeError, "tuple for %s must only contain str, not %.100s", name,
                             Py_TYPE(one)->tp_name);
                return NULL;
            }
            if (PyUnicode_READY(one) < 0)
                return NULL;
            if (tail_matches(self, one, start, end, direction))
                Py_RETURN_TRUE;
        }
        Py_RETURN_FALSE;
    }
    if (!PyUnicode_Check(part)) {
        PyErr_Format(PyExc_TypeError, "%s first arg must be str or a tuple of str, not %.100s", name,
                     Py_TYPE(part)->tp_name);
        return NULL;
    }
    if (PyUnicode_READY(part) < 0)
        return NULL;
    return PyBool_FromLong(tail_matches(self, part, start, end, direction));
}

METHOD(str, startswith, "~",
       "S.startswith(prefix[, start[, end]]) -> bool\n\n"
       "Whether S[start:end] begins with prefix, or with one of a tuple of them.")
PyObject *
str_startswith(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    return tail_method("startswith", self, args, nargs, -1);
}

METHOD(str, endswith, "~",
       "S.endswith(suffix[, start[, end]]) -> bool\n\n"
       "Whether S[start:end] ends with suffix, or with one of a tuple of them.")
PyObject *
str_endswith(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    return tail_method("endswith", self, args, nargs, 1);
}

METHOD(str, removeprefix, "($self, prefix, /)", "The string without the prefix, if it has it.")
PyObject *
str_removeprefix(PyObject *self, PyUnicodeObject *prefix)
{
    PyObject *part = (PyObject *)prefix;
    if (PyUnicode_READY(self) < 0)
        return NULL;
    if (tail_matches(self, part, 0, PY_SSIZE_T_MAX, -1))
        return str_slice(self, PyUnicode_GET_LENGTH(part), PyUnicode_GET_LENGTH(self));
    return str_unchanged(self);
}

METHOD(str, removesuffix, "($self, suffix, /)", "The string without the suffix, if it has it.")
PyObject *
str_removesuffix(PyObject *self, PyUnicodeObject *suffix)
{
    PyObject *part = (PyObject *)suffix;
    if (PyUnicode_READY(self) < 0)
        return NULL;
    if (tail_matches(self, part, 0, PY_SSIZE_T_MAX, 1))
        return str_slice(self, 0, PyUnicode_GET_LENGTH(self) - PyUnicode_GET_LENGTH(part));
    return str_unchanged(self);
}

METHOD(str, replace, "($self, old, new, count=-1, /)",
       "A copy with occurrences of old replaced by new: all of them, or the first count.")
PyObject *
str_replace(PyObject *self, PyUnicodeObject *old, PyUnicodeObject *new, Py_ssize_t count)
{
    if (PyUnicode_READY(self) < 0)
        return NULL;
    return replace_in(self, (PyObject *)old, (PyObject *)new, count);
}

/* None becomes NULL; TypeError for what is not a str. */
static status
separator(PyObject **sep)
{
    if (*sep == Py_None)
        *sep = NULL;
    else if (!PyUnicode_Check(*sep)) {
        PyErr_Format(PyExc_TypeError, "must be str or None, not %.100s", Py_TYPE(*sep)->tp_name);
        return -1;
    }
    return 0;
}

METHOD(str, split, "($self, /, sep=None, maxsplit=-1)",
       "A list of the parts between separators, cut at most maxsplit times from the left.\n\n"
       "Without sep, runs of white space separate, and there are no empty parts.")
PyObject *
str_split(PyObject *self, PyObject *sep, Py_ssize_t maxsplit)
{
    return separator(&sep) < 0 ? NULL : PyUnicode_Split(self, sep, maxsplit);
}

METHOD(str, rsplit, "($self, /, sep=None, maxsplit=-1)",
       "Like split, but cuts from the right.")
PyObject *
str_rsplit(PyObject *self, PyObject *sep, Py_ssize_t maxsplit)
{
    return separator(&sep) < 0 ? NULL : PyUnicode_RSplit(self, sep, maxsplit);
}

METHOD(str, splitlines, "($self, /, keepends=False)",
       "A list of the lines, without their ends unless keepends is true.")
PyObject *
str_splitlines(PyObject *self, int keepends)
{
    return PyUnicode_Splitlines(self, keepends);
}

METHOD(str, partition, "($self, sep, /)",
       "(before, sep, after) around the first sep, or (whole, '', '') if there is none.")
PyObject *
str_partition(PyObject *self, PyObject *sep)
{
    return partition_any(self, sep, 1);
}

METHOD(str, rpartition, "($self, sep, /)",
       "(before, sep, after) around the last sep, or ('', '', whole) if there is none.")
PyObject *
str_rpartition(PyObject *self, PyObject *sep)
{
    return partition_any(self, sep, -1);
}

METHOD(str, strip, "($self, chars=None, /)",
       "A copy without white space, or the given characters, at both ends.")
PyObject *
str_strip(PyObject *self, PyObject *chars)
{
    return strip_arg(self, chars, STRIP_BOTH);
}

METHOD(str, lstrip, "($self, chars=None, /)",
       "A copy without white space, or the given characters, at the start.")
PyObject *
str_lstrip(PyObject *self, PyObject *chars)
{
    return strip_arg(self, chars, STRIP_LEFT);
}

METHOD(str, rstrip, "($self, chars=None, /)",
       "A copy without white space, or the given characters, at the end.")
PyObject *
str_rstrip(PyObject *self, PyObject *chars)
{
    return strip_arg(self, chars, STRIP_RIGHT);
}

METHOD(str, join, "($self, iterable, /)",
       "The strings of the iterable, put together with this one between them.")
PyObject *
str_join(PyObject *self, PyObject *iterable)
{
    return PyUnicode_Join(self, iterable);
}

#include "gen/types/str_search.inc"
