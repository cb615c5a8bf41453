/* int and text: parsing, formatting, and arrays of bytes.

   Limits: conversions between int and decimal text longer than sys.get_int_max_str_digits() digits
   are refused, because their cost grows faster than their length. */
#include "types/int.h"
#include "types/str.h"

#include <ctype.h>
#include "base/copy.h"
#include "object/declare.h"

#define LIBRARY (&_PyRuntime.caches.bigint)

/* The value of a digit character in bases up to 36; 37 for everything else. */
const unsigned char _PyLong_DigitValue[256] = {
    37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37,
    37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37,
    37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37,
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 37, 37, 37, 37, 37, 37,
    37, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
    25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 37, 37, 37, 37, 37,
    37, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
    25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 37, 37, 37, 37, 37,
    37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37,
    37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37,
    37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37,
    37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37,
    37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37,
    37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37,
    37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37,
    37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37,
};

static inline unsigned
digit_value(char c)
{
    return _PyLong_DigitValue[(unsigned char)c];
}

/* ---- parsing ---------------------------------------------------------------------------- */

static bool
is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The limit on decimal digits, 0 for none. */
static int
max_str_digits(void)
{
    return interp_get()->int_max_str_digits;
}

/* Digits of a base that is a power of two: limbs are filled from the right. */
static PyObject *
parse_binary(const char *start, const char *end, size_t ndigits, int base)
{
    int bits_per_digit = __builtin_ctz((unsigned)base);
    if (ndigits > (PY_SSIZE_T_MAX - 64) / (size_t)bits_per_digit) {
        PyErr_SetString(PyExc_ValueError, "int string too large to convert");
        return NULL;
    }
    size_t n = (ndigits * (size_t)bits_per_digit + LIMB_BITS - 1) / LIMB_BITS;
    PyLongObject *v = int_alloc(n);
    if (v == NULL) return NULL;
    uint64_t acc = 0;
    int bits = 0;
    size_t i = 0;
    for (const char *p = end; p > start;) {
        p--;
        if (*p == '_') continue;
        acc |= (uint64_t)digit_value(*p) << bits;
        bits += bits_per_digit;
        if (bits >= LIMB_BITS) {
            v->ob_digit[i++] = (limb)acc & LIMB_MASK;
            acc >>= LIMB_BITS;
            bits -= LIMB_BITS;
        }
    }
    if (i < n) v->ob_digit[i++] = (limb)acc;
    while (i < n) v->ob_digit[i++] = 0;
    return int_normalised_take(v);
}

static PyObject *
parse_other(const char *start, const char *end, size_t ndigits, int base)
{
    if (ndigits <= 12 || (base <= 10 && ndigits <= 19)) {
        uint64_t value = 0;
        for (const char *p = start; p < end; p++) {
            if (*p != '_') value = value * (unsigned)base + digit_value(*p);
        }
        return int_from_uint64(value);
    }
    int limit = max_str_digits();
    if (limit > 0 && ndigits > INT_MAX_STR_DIGITS_THRESHOLD && ndigits > (size_t)limit) {
        PyErr_Format(PyExc_ValueError,
                     "Exceeds the limit (%d digits) for integer string conversion: value has %zd "
                     "digits; use sys.set_int_max_str_digits() to increase the limit",
                     limit, (Py_ssize_t)ndigits);
        return NULL;
    }
    unsigned char local[256], *values = local;
    if (ndigits > sizeof local) {
        values = PyMem_Malloc(ndigits);
        if (values == NULL) return PyErr_NoMemory();
    }
    size_t n = 0;
    for (const char *p = start; p < end; p++) {
        if (*p != '_') values[n++] = (unsigned char)digit_value(*p);
    }
    PyLongObject *v = int_alloc(bigint_digits_bound(ndigits, base));
    if (v != NULL) {
        size_t used;
        if (bigint_from_digits(LIBRARY, v->ob_digit, &used, values, ndigits, base) < 0) {
            Py_CLEAR(v);
            PyErr_NoMemory();
        } else {
            Py_SET_SIZE(v, (Py_ssize_t)used);
        }
    }
    if (values != local) PyMem_Free(values);
    return int_normalised_take(v);
}

/* An int literal with optional white space, sign and prefix at s (ends with a NUL).
   1: done, *result new.  0: not a literal, no exception.  -1: exception.  *end is where reading
   stopped; a text is a literal only if nothing follows. */
static int
parse_int(const char *s, const char **end, int base, PyObject **result)
{
    bool negative = false, zero_only = false;
    while (is_space(*s)) s++;
    if (*s == '+' || *s == '-') negative = *s++ == '-';
    if (base == 0) {
        char mark = s[0] == '0' ? (char)(s[1] | 0x20) : 0;
        base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 10;
        /* "0" and "00" are fine, "012" is what other languages call octal. */
        zero_only = base == 10 && s[0] == '0';
    }
    if (s[0] == '0' && ((base == 16 && (s[1] | 0x20) == 'x') || (base == 8 && (s[1] | 0x20) == 'o')
                        || (base == 2 && (s[1] | 0x20) == 'b'))) {
        s += 2;
        if (*s == '_') s++;
    }
    const char *p = s;
    size_t ndigits = 0;
    *end = s;
    if (*p == '_') return 0;
    for (;; p++) {
        if (digit_value(*p) < (unsigned)base) {
            ndigits++;
        } else if (*p != '_' || p[1] == '_') {
            break;
        }
    }
    *end = p;
    if (ndigits == 0 || p[-1] == '_' || *p == '_') return 0;
    PyObject *value = (base & (base - 1)) == 0 ? parse_binary(s, p, ndigits, base)
                                               : parse_other(s, p, ndigits, base);
    if (value == NULL) return -1;
    while (is_space(*p)) p++;
    *end = p;
    if (*p != '\0' || (zero_only && Py_SIZE(value) != 0)) {
        Py_DECREF(value);
        return 0;
    }
    if (negative) {
        Py_SETREF(value, int_negated((PyLongObject *)value));
        if (value == NULL) return -1;
    }
    *result = value;
    return 1;
}

static bool
base_is_valid(int base)
{
    if (base == 0 || (base >= 2 && base <= 36)) return true;
    PyErr_SetString(PyExc_ValueError, "int() arg 2 must be >= 2 and <= 36");
    return false;
}

/* The int that the text s stands for; *pend, if wanted, is where reading stopped.  ValueError. */
PyObject *
PyLong_FromString(const char *s, char **pend, int base)
{
    if (!base_is_valid(base)) return NULL;
    PyObject *result = NULL;
    const char *end;
    int found = parse_int(s, &end, base, &result);
    if (pend != NULL) *pend = (char *)end;
    if (found == 0) {
        if (base == 0) {
            /* the message names the base that the digits would have had */
            const char *digits = s;
            while (Py_ISSPACE(Py_CHARMASK(*digits))) digits++;
            digits += *digits == '+' || *digits == '-';
            int prefix = digits[1] | 0x20;
            base = *digits != '0' ? 10 : prefix == 'x' ? 16 : prefix == 'o' ? 8 : prefix == 'b' ? 2 : 0;
        }
        size_t length = strlen(s);
        PyObject *shown = PyUnicode_FromStringAndSize(s, length < 200 ? (Py_ssize_t)length : 200);
        if (shown != NULL) {
            PyErr_Format(PyExc_ValueError, "invalid literal for int() with base %d: %.200R", base,
                         shown);
            Py_DECREF(shown);
        }
    }
    return result;
}

/* The same for bytes that may hold NULs. */
PyObject *
_PyLong_FromBytes(const char *s, Py_ssize_t length, int base)
{
    if (!base_is_valid(base)) return NULL;
    PyObject *result = NULL;
    const char *end = s;
    int found = parse_int(s, &end, base, &result);
    if (found < 0 || (found > 0 && end == s + length)) return result;
    Py_XDECREF(result);
    PyObject *shown = PyBytes_FromStringAndSize(s, length < 200 ? length : 200);
    if (shown != NULL) {
        PyErr_Format(PyExc_ValueError, "invalid literal for int() with base %d: %.200R", base,
                     shown);
        Py_DECREF(shown);
    }
    return NULL;
}

/* The same for a str; any Unicode decimal digits and white space will do. */
PyObject *
PyLong_FromUnicodeObject(PyObject *text, int base)
{
    if (!base_is_valid(base)) return NULL;
    PyObject *ascii = _PyUnicode_TransformDecimalAndSpaceToASCII(text);
    if (ascii == NULL) return NULL;
    Py_ssize_t length;
    const char *s = PyUnicode_AsUTF8AndSize(ascii, &length);
    PyObject *result = NULL;
    if (s != NULL) {
        const char *end = s;
        int found = parse_int(s, &end, base, &result);
        if (found == 0 || (found > 0 && end != s + length)) {
            Py_CLEAR(result);
            PyErr_Format(PyExc_ValueError, "invalid literal for int() with base %d: %.200R", base,
                         text);
        }
    }
    Py_DECREF(ascii);
    return result;
}

/* ---- formatting ------------------------------------------------------------------------- */

/* Text of an int in the making: where it stands and how long it is.  `text` is `local` or from
   PyMem_Malloc. */
struct IntText {
    char *text;
    size_t length;
    char local[96];
};

static void
int_text_clear(struct IntText *t)
{
    if (t->text != t->local) PyMem_Free(t->text);
}

static void
digit_limit_error(int limit)
{
    PyErr_Format(PyExc_ValueError,
                 "Exceeds the limit (%d digits) for integer string conversion; use "
                 "sys.set_int_max_str_digits() to increase the limit",
                 limit);
}

/* The text of |value| in decimal, ending at `end`; returns where it starts. */
static char *
write_decimal_word(char *end, uint64_t value)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    while (value >= 100) {
        unsigned pair = (unsigned)(value % 100);
        value /= 100;
        end -= 2;
        memcpy(end, pairs + 2 * pair, 2);
    }
    if (value >= 10) {
        end -= 2;
        memcpy(end, pairs + 2 * value, 2);
    } else {
        *--end = (char)('0' + value);
    }
    return end;
}

static status
int_text_decimal(struct IntText *t, PyLongObject *v)
{
    bool negative = Py_SIZE(v) < 0;
    size_t n = int_limbs(v);
    if (n <= 2) {
        int64_t value = int_medium_value(v);
        char *end = t->local + 32;
        t->text = write_decimal_word(end, value < 0 ? -(uint64_t)value : (uint64_t)value);
        if (negative) *--t->text = '-';
        t->length = (size_t)(end - t->text);
        memmove(t->local, t->text, t->length);
        t->text = t->local;
        return 0;
    }
    /* Refuse early what would surely be too long: n limbs are more than 9*(n-1) digits. */
    int limit = max_str_digits();
    if (limit > 0 && 9 * (n - 1) > (size_t)limit && 9 * (n - 1) > INT_MAX_STR_DIGITS_THRESHOLD) {
        digit_limit_error(limit);
        return -1;
    }
    size_t room = bigint_decimal_bound(n) + 1;
    t->text = t->local;
    if (room > sizeof t->local) {
        t->text = PyMem_Malloc(room);
        if (t->text == NULL) {
            PyErr_NoMemory();
            return -1;
        }
    }
    t->text[0] = '-';
    size_t length = bigint_to_decimal(LIBRARY, t->text + negative, v->ob_digit, n);
    if (length == 0) {
        int_text_clear(t);
        PyErr_NoMemory();
        return -1;
    }
    if (limit > 0 && length > INT_MAX_STR_DIGITS_THRESHOLD && length > (size_t)limit) {
        int_text_clear(t);
        digit_limit_error(limit);
        return -1;
    }
    t->length = length + negative;
    return 0;
}

/* The eight hexadecimal digits of a word. */
static inline void
write_hex_word(char *out, uint32_t word)
{
    uint64_t x = ((uint64_t)word << 16 | word) & 0x0000ffff0000ffff;
    x = (x << 8 | x) & 0x00ff00ff00ff00ff;
    x = (x << 4 | x) & 0x0f0f0f0f0f0f0f0f;
    uint64_t letters = (x + 0x0606060606060606) >> 4 & 0x0101010101010101;
    x = __builtin_bswap64(x + 0x3030303030303030 + letters * ('a' - '0' - 10));
    memcpy(out, &x, 8);
}

/* Bases 2, 8 and 16, with "0b", "0o" or "0x" if prefix is set. */
static status
int_text_binary(struct IntText *t, PyLongObject *v, int base, int prefix)
{
    int width = base == 16 ? 4 : base == 8 ? 3 : 1;
    size_t bits = _PyLong_NumBits((PyObject *)v);
    if (bits == (size_t)-1) return -1;
    if (bits > PY_SSIZE_T_MAX - 16) {
        PyErr_SetString(PyExc_OverflowError, "int too large to format");
        return -1;
    }
    size_t ndigits = bits == 0 ? 1 : (bits + (size_t)width - 1) / (size_t)width;
    size_t lead = (Py_SIZE(v) < 0) + (prefix ? 2 : 0);
    t->length = ndigits + lead;
    t->text = t->local;
    if (t->length > sizeof t->local) {
        t->text = PyMem_Malloc(t->length);
        if (t->text == NULL) {
            PyErr_NoMemory();
            return -1;
        }
    }
    char *p = t->text + t->length;
    uint64_t acc = 0;
    int have = 0;
    size_t i = 0, n = int_limbs(v), left = ndigits;
    for (; width == 4 && left >= 16 && i + 2 <= n; i += 2, left -= 15) {
        /* Two limbs are fifteen digits; the sixteenth is written over later. */
        uint64_t limbs = v->ob_digit[i] | (uint64_t)v->ob_digit[i + 1] << LIMB_BITS;
        write_hex_word(p - 8, (uint32_t)limbs);
        write_hex_word(p - 16, (uint32_t)(limbs >> 32));
        p -= 15;
    }
    for (; left > 0; left--) {
        if (have < width) {
            if (i < n) acc |= (uint64_t)v->ob_digit[i++] << have;
            have += LIMB_BITS;
        }
        *--p = "0123456789abcdef"[acc & ((1u << width) - 1)];
        acc >>= width;
        have -= width;
    }
    if (prefix) {
        *--p = base == 16 ? 'x' : base == 8 ? 'o' : 'b';
        *--p = '0';
    }
    if (Py_SIZE(v) < 0) *--p = '-';
    return 0;
}

static status
int_text(struct IntText *t, PyObject *v, int base, int prefix)
{
    if (v == NULL || !PyLong_Check(v)) {
        PyErr_BadInternalCall();
        return -1;
    }
    if (base == 10) return int_text_decimal(t, (PyLongObject *)v);
    if (base != 2 && base != 8 && base != 16) {
        PyErr_BadInternalCall();
        return -1;
    }
    return int_text_binary(t, (PyLongObject *)v, base, prefix);
}

static PyObject *
ascii_new(const char *text, size_t length)
{
    PyObject *result = PyUnicode_New((Py_ssize_t)length, 127);
    if (result != NULL) copy_short(PyUnicode_1BYTE_DATA(result), text, (size_t)length);
    return result;
}

/* str(v) for an int. */
PyObject *
int_to_decimal(PyObject *v)
{
    struct IntText t;
    if (likely(int_is_medium((PyLongObject *)v))) {
        int64_t value = int_medium_value((PyLongObject *)v);
        if ((uint64_t)value < 10) return str_new_latin1((Py_UCS1)('0' + value));
        char digits[32], *end = digits + sizeof digits;
        char *start = write_decimal_word(end, value < 0 ? -(uint64_t)value : (uint64_t)value);
        if (value < 0) *--start = '-';
        PyObject *result = str_new_ascii_quick(end - start);
        if (likely(result != NULL)) {
            copy_short((char *)PyUnicode_1BYTE_DATA(result), start, (size_t)(end - start));
        }
        return result;
    }
    if (int_text_decimal(&t, (PyLongObject *)v) < 0) return NULL;
    /* One digit: the shared one-character str. */
    PyObject *result = t.length == 1 ? PyUnicode_FromStringAndSize(t.text, 1)
                                     : ascii_new(t.text, t.length);
    int_text_clear(&t);
    return result;
}

/* The text of v in base 2, 8, 10 or 16, with a prefix if wanted: a new str. */
PyObject *
int_to_text(PyObject *v, int base, bool prefix)
{
    struct IntText t;
    if (base == 10 && v != NULL && PyLong_Check(v)) return int_to_decimal(v);
    if (int_text(&t, v, base, prefix) < 0) return NULL;
    PyObject *result = t.length == 1 ? str_new_latin1((Py_UCS1)t.text[0])
                                     : ascii_new(t.text, t.length);
    int_text_clear(&t);
    return result;
}

/* The same, always with prefix. */
PyObject *
_PyLong_Format(PyObject *v, int base)
{
    return int_to_text(v, base, true);
}

/* Append the text of v to a str in the making. */
int
_PyLong_FormatWriter(_PyUnicodeWriter *writer, PyObject *v, int base, int alternate)
{
    struct IntText t;
    if (int_text(&t, v, base, alternate) < 0) return -1;
    int done = _PyUnicodeWriter_WriteASCIIString(writer, t.text, (Py_ssize_t)t.length);
    int_text_clear(&t);
    return done;
}

/* Append it to bytes in the making; returns the new end or NULL. */
char *
_PyLong_FormatBytesWriter(_PyBytesWriter *writer, char *out, PyObject *v, int base, int alternate)
{
    struct IntText t;
    if (int_text(&t, v, base, alternate) < 0) return NULL;
    out = _PyBytesWriter_WriteBytes(writer, out, t.text, (Py_ssize_t)t.length);
    int_text_clear(&t);
    return out;
}

/* ---- bytes ------------------------------------------------------------------------------ */

/* The int in n bytes of base 256, two's complement if is_signed: new reference. */
PyObject *
_PyLong_FromByteArray(const unsigned char *bytes, size_t n, int little_endian, int is_signed)
{
    const unsigned char *low = little_endian ? bytes : bytes + n - 1;
    ptrdiff_t step = little_endian ? 1 : -1;
    if (n == 0) return int_small(0);
    bool negative = is_signed && low[step * (ptrdiff_t)(n - 1)] >= 0x80;
    unsigned char fill = negative ? 0xff : 0;
    while (n > 0 && low[step * (ptrdiff_t)(n - 1)] == fill) n--;
    if (n < 8) {
        uint64_t value = negative ? ~(uint64_t)0 : 0;
        for (size_t i = n; i-- > 0;) value = value << 8 | low[step * (ptrdiff_t)i];
        return int_from_int64((int64_t)value);
    }
    /* One byte more, so that the magnitude of 0x80...00 has room. */
    size_t limbs = (n * 8 + 1 + LIMB_BITS - 1) / LIMB_BITS;
    if (n > PY_SSIZE_T_MAX / 16) {
        PyErr_SetString(PyExc_OverflowError, "byte array too long to convert to int");
        return NULL;
    }
    PyLongObject *v = int_alloc(limbs);
    if (v == NULL) return NULL;
    uint64_t acc = 0;
    int bits = 0;
    size_t used = 0;
    limb carry = negative, mask = negative ? LIMB_MASK : 0;
    size_t i = 0;
    for (; !negative && used + 16 <= n; i += 4, used += 15) { /* four limbs are fifteen bytes */
        uint64_t words[2];
        memcpy(words, little_endian ? low + used : low - used - 15, 16);
        uint64_t lower = little_endian ? words[0] : __builtin_bswap64(words[1]);
        uint64_t upper = little_endian ? words[1] : __builtin_bswap64(words[0]);
        v->ob_digit[i] = (limb)lower & LIMB_MASK;
        v->ob_digit[i + 1] = (limb)(lower >> 30) & LIMB_MASK;
        v->ob_digit[i + 2] = (limb)(lower >> 60 | upper << 4) & LIMB_MASK;
        v->ob_digit[i + 3] = (limb)(upper >> 26) & LIMB_MASK;
    }
    for (; i < limbs; i++) {
        if (bits < LIMB_BITS && used + 4 <= n) {
            uint32_t word;
            memcpy(&word, little_endian ? low + used : low - used - 3, 4);
            acc |= (uint64_t)(little_endian ? word : __builtin_bswap32(word)) << bits;
            used += 4;
            bits += 32;
        }
        while (bits < LIMB_BITS) {
            acc |= (uint64_t)(used < n ? low[step * (ptrdiff_t)used] : fill) << bits;
            used++;
            bits += 8;
        }
        carry += ((limb)acc & LIMB_MASK) ^ mask;
        v->ob_digit[i] = carry & LIMB_MASK;
        carry >>= LIMB_BITS;
        acc >>= LIMB_BITS;
        bits -= LIMB_BITS;
    }
    if (negative) Py_SET_SIZE(v, -Py_SIZE(v));
    return int_normalised_take(v);
}

/* v as n bytes of base 256; OverflowError if it does not fit. */
int
_PyLong_AsByteArray(PyLongObject *v, unsigned char *bytes, size_t n, int little_endian,
                    int is_signed)
{
    bool negative = Py_SIZE(v) < 0;
    if (negative && !is_signed) {
        PyErr_SetString(PyExc_OverflowError, "can't convert negative int to unsigned");
        return -1;
    }
    if (n - 1 < 8 && int_is_medium(v)) {
        int64_t value = int_medium_value(v);
        int room = 8 * (int)n - (is_signed != 0);       /* bits of a number that is not negative */
        if (room >= 63 || (value ^ -(int64_t)negative) >> room == 0) {
            uint64_t word = (uint64_t)value;
            if (!little_endian) word = __builtin_bswap64(word << (64 - 8 * n));
            if (n == 4) memcpy(bytes, &word, 4);
            else if (n == 8) memcpy(bytes, &word, 8);
            else for (size_t i = 0; i < n; i++, word >>= 8) bytes[i] = (unsigned char)word;
            return 0;
        }
    }
    unsigned char *low = little_endian ? bytes : bytes + n - 1;
    ptrdiff_t step = little_endian ? 1 : -1;
    size_t count = int_limbs(v), next = 0;
    uint64_t acc = 0;
    int bits = 0;
    limb carry = negative, mask = negative ? LIMB_MASK : 0;
    unsigned char last = 0;
#define TAKE_LIMB()                                                                                \
    carry += (next < count ? v->ob_digit[next] : 0) ^ mask;                                        \
    next++;                                                                                        \
    acc |= (uint64_t)(carry & LIMB_MASK) << bits;                                                  \
    carry >>= LIMB_BITS;                                                                           \
    bits += LIMB_BITS
    size_t i = 0;
    for (; !negative && next + 4 <= count && i + 16 <= n; next += 4, i += 15) { /* four limbs are fifteen bytes */
        const limb *d = v->ob_digit + next;
        uint64_t lower = d[0] | (uint64_t)d[1] << 30 | (uint64_t)d[2] << 60;
        uint64_t upper = (uint64_t)d[2] >> 4 | (uint64_t)d[3] << 26;
        uint64_t words[2] = {little_endian ? lower : __builtin_bswap64(upper),
                             little_endian ? upper : __builtin_bswap64(lower)};
        memcpy(little_endian ? low + i : low - i - 15, words, 16);
    }
    for (; i + 4 <= n; i += 4) {
        if (next >= count && acc == 0 && !negative && carry == 0) { /* nothing but zeros follows */
            memset(little_endian ? low + i : bytes, 0, n - i);
            i = n;
            last = 0;
            break;
        }
        while (bits < 32) {
            TAKE_LIMB();
        }
        uint32_t word = (uint32_t)acc;
        last = (unsigned char)(word >> 24);
        if (!little_endian) word = __builtin_bswap32(word);
        memcpy(little_endian ? low + i : low - i - 3, &word, 4);
        acc >>= 32;
        bits -= 32;
    }
    for (; i < n; i++) {
        if (bits < 8) {
            TAKE_LIMB();
        }
        last = (unsigned char)acc;
        low[step * (ptrdiff_t)i] = last;
        acc >>= 8;
        bits -= 8;
    }
#undef TAKE_LIMB
    /* What is left must be nothing but sign. */
    uint64_t sign_bits = negative ? ((uint64_t)1 << bits) - 1 : 0;
    bool fits = acc == sign_bits;
    for (; fits && next < count; next++) {
        carry += v->ob_digit[next] ^ mask;
        fits = (carry & LIMB_MASK) == mask;
        carry >>= LIMB_BITS;
    }
    if (is_signed && n > 0) fits = fits && (last >= 0x80) == negative;     /* 0 and -1 have no byte */
    if (!fits) {
        PyErr_SetString(PyExc_OverflowError, "int too big to convert");
        return -1;
    }
    return 0;
}

/* 1 little, 0 big, -1 with ValueError; NULL means big. */
static int
byteorder_is_little(PyObject *byteorder)
{
    if (byteorder == ID(little)) return 1;
    if (byteorder == NULL || _PyUnicode_Equal(byteorder, ID(big))) return 0;
    if (_PyUnicode_Equal(byteorder, ID(little))) return 1;
    PyErr_SetString(PyExc_ValueError, "byteorder must be either 'little' or 'big'");
    return -1;
}

/* int.from_bytes: an exact int. */
PyObject *
int_from_bytes_object(PyTypeObject *Py_UNUSED(type), PyObject *source, PyObject *byteorder,
                      int is_signed)
{
    int little = byteorder_is_little(byteorder);
    if (little < 0) return NULL;
    PyObject *bytes = PyObject_Bytes(source);
    if (bytes == NULL) return NULL;
    PyObject *result = _PyLong_FromByteArray((unsigned char *)PyBytes_AS_STRING(bytes),
                                             (size_t)PyBytes_GET_SIZE(bytes), little, is_signed);
    Py_DECREF(bytes);
    return result;
}

/* int.to_bytes */
PyObject *
int_to_bytes_object(PyObject *self, Py_ssize_t length, PyObject *byteorder, int is_signed)
{
    int little = byteorder_is_little(byteorder);
    if (little < 0) return NULL;
    if (length < 0) {
        PyErr_SetString(PyExc_ValueError, "length argument must be non-negative");
        return NULL;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, length);
    if (bytes == NULL) return NULL;
    if (_PyLong_AsByteArray((PyLongObject *)self, (unsigned char *)PyBytes_AS_STRING(bytes),
                            (size_t)length, little, is_signed) < 0) {
        Py_CLEAR(bytes);
    }
    return bytes;
}

/* ---- C strings -------------------------------------------------------------------------- */

/* strtoul with Python's prefixes: base 0 understands 0x, 0o and 0b, and no octal by zero alone.
   On overflow ULONG_MAX and errno ERANGE; *end, if wanted, is where reading stopped. */
unsigned long
PyOS_strtoul(const char *s, char **end, int base)
{
    const char *start = s;
    while (is_space(*s)) s++;
    char mark = s[0] == '0' ? (char)(s[1] | 0x20) : 0;
    int marked = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
    if (base == 0) base = marked ? marked : 10;
    if (base < 2 || base > 36) {
        if (end) *end = (char *)start;
        return 0;
    }
    if (marked == base) {
        if (digit_value(s[2]) >= (unsigned)base) {
            /* A prefix without digits is just the 0. */
            if (end) *end = (char *)s + 1;
            return 0;
        }
        s += 2;
    }
    unsigned long value = 0;
    bool overflow = false;
    for (; digit_value(*s) < (unsigned)base; s++) {
        overflow |= __builtin_mul_overflow(value, (unsigned long)base, &value);
        overflow |= __builtin_add_overflow(value, (unsigned long)digit_value(*s), &value);
    }
    if (end) *end = (char *)s;
    if (overflow) {
        errno = ERANGE;
        return ULONG_MAX;
    }
    return value;
}

/* The same with a sign; LONG_MAX or LONG_MIN and ERANGE on overflow. */
long
PyOS_strtol(const char *s, char **end, int base)
{
    while (is_space(*s)) s++;
    char sign = *s;
    if (sign == '+' || sign == '-') s++;
    unsigned long magnitude = PyOS_strtoul(s, end, base);
    if (magnitude <= LONG_MAX) return sign == '-' ? -(long)magnitude : (long)magnitude;
    if (sign == '-' && magnitude == (unsigned long)LONG_MAX + 1) return LONG_MIN;
    errno = ERANGE;
    return sign == '-' ? LONG_MIN : LONG_MAX;
}
