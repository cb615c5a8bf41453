/* ISO 8601 text: writing the one form that isoformat() gives, reading those that fromisoformat() takes.

   Dates are YYYY-MM-DD, YYYYMMDD, YYYY-Www[-D], YYYYWww[D]; times HH[:MM[:SS[.f+]]] or without
   colons, then Z or an offset in the form of a time with a sign; any character may separate the two. */
#include "modules/_datetime/_datetime.h"

/* ---- writing ---- */

/* At least `width` digits. */
static char *
put_number(char *p, unsigned value, int width)
{
    char digits[12];
    int count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0 || count < width);
    while (count > 0) *p++ = digits[--count];
    return p;
}

char *
iso_put_date(char *p, int year, int month, int day)
{
    p = put_number(p, (unsigned)year, 4);
    *p++ = '-';
    p = put_number(p, (unsigned)month, 2);
    *p++ = '-';
    return put_number(p, (unsigned)day, 2);
}

static char *
put_part(char *p, char separator, int value, int width)
{
    *p++ = separator;
    return put_number(p, (unsigned)value, width);
}

char *
iso_put_time(char *p, const Moment *m, const char *timespec)
{
    enum { HOURS, MINUTES, SECONDS, MILLISECONDS, MICROSECONDS, COUNT };
    static const char *const names[] = {"hours", "minutes", "seconds", "milliseconds",
                                        "microseconds"};
    int last = m->microsecond ? MICROSECONDS : SECONDS;
    if (timespec != NULL && strcmp(timespec, "auto") != 0) {
        for (last = 0; last < COUNT && strcmp(timespec, names[last]) != 0; last++) {}
        if (last == COUNT) {
            PyErr_SetString(PyExc_ValueError, "Unknown timespec value");
            return NULL;
        }
    }
    p = put_number(p, (unsigned)m->hour, 2);
    if (last >= MINUTES) p = put_part(p, ':', m->minute, 2);
    if (last >= SECONDS) p = put_part(p, ':', m->second, 2);
    if (last == MILLISECONDS) p = put_part(p, '.', m->microsecond / 1000, 3);
    if (last == MICROSECONDS) p = put_part(p, '.', m->microsecond, 6);
    return p;
}

char *
iso_put_offset(char *p, PyObject *tzinfo, PyObject *argument, const char *separator)
{
    PyObject *offset = tzinfo_utcoffset_of(tzinfo, argument);
    if (offset == NULL) return NULL;
    if (offset != Py_None) {
        DeltaObject *delta = (DeltaObject *)offset;
        int seconds = delta->seconds, microseconds = delta->microseconds;
        *p++ = delta->days < 0 ? '-' : '+';
        if (delta->days < 0) {
            seconds = SECONDS_PER_DAY - seconds - (microseconds != 0);
            if (microseconds != 0) microseconds = MICROSECONDS_PER_SECOND - microseconds;
        }
        p = put_number(p, (unsigned)seconds / 3600, 2);
        p = stpcpy(p, separator);
        p = put_number(p, (unsigned)seconds / 60 % 60, 2);
        if (seconds % 60 != 0 || microseconds != 0) {
            p = stpcpy(p, separator);
            p = put_number(p, (unsigned)seconds % 60, 2);
        }
        if (microseconds != 0) p = put_part(p, '.', microseconds, 6);
    }
    Py_DECREF(offset);
    return p;
}

/* ---- reading ---- */

/* The UTF-8 of a text, which a NUL ends for the purposes of grammar too. */
typedef struct {
    const char *text;
    Py_ssize_t length;
    PyObject *copy;             /* of the text without a surrogate, or NULL */
} Source;

/* A surrogate is as good a separator as any other character: a copy that has T in its place. */
static PyObject *
with_plain_separator(PyObject *text)
{
    static const int places[] = {7, 8, 10};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        if (places[i] < PyUnicode_GET_LENGTH(text)
            && Py_UNICODE_IS_SURROGATE(PyUnicode_READ_CHAR(text, places[i]))) {
            PyObject *copy = _PyUnicode_Copy(text);
            if (copy != NULL) {
                PyUnicode_WRITE(PyUnicode_KIND(copy), PyUnicode_DATA(copy), places[i], 'T');
            }
            return copy;
        }
    }
    return Py_NewRef(text);
}

/* 1, 0: not encodable, or -1. */
static truth
source_open(Source *source, PyObject *text, int separated)
{
    *source = (Source){0};
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "fromisoformat: argument must be str");
        return -1;
    }
    if (PyUnicode_READY(text) < 0) return -1;
    source->copy = separated ? with_plain_separator(text) : Py_NewRef(text);
    if (source->copy == NULL) return -1;
    source->text = PyUnicode_AsUTF8AndSize(source->copy, &source->length);
    if (source->text != NULL) return 1;
    Py_CLEAR(source->copy);
    if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) return -1;
    PyErr_Clear();
    return 0;
}

static PyObject *
invalid(PyObject *text)
{
    return PyErr_Format(PyExc_ValueError, "Invalid isoformat string: %R", text);
}

static int
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Exactly `count` digits before `end`: what follows them, or NULL. */
static const char *
read_digits(const char *p, const char *end, int count, int *value)
{
    if (p == NULL || end - p < count) return NULL;
    *value = 0;
    for (; count > 0; count--, p++) {
        if (!is_digit(*p)) return NULL;
        *value = *value * 10 + (*p - '0');
    }
    return p;
}

/* A date that fills [p, end); its fields need not be in range unless it is given by weeks. */
static truth
read_date(const char *p, const char *end, Moment *m)
{
    p = read_digits(p, end, 4, &m->year);
    if (p == NULL || p == end) return 0;
    int dashes = *p == '-';
    p += dashes;
    if (p < end && *p == 'W') {
        int week, weekday = 1;
        p = read_digits(p + 1, end, 2, &week);
        if (p == NULL) return 0;
        if (p < end) {
            if (dashes && *p++ != '-') return 0;
            if (read_digits(p, end, 1, &weekday) == NULL) return 0;
        }
        if (week < 1 || week > 52 + is_long_iso_year(m->year) || weekday < 1 || weekday > 7) return 0;
        if (m->year < MIN_YEAR) {
            /* a year without months: refused later, in those words */
            m->year = MIN_YEAR;
            m->month = m->day = 0;
            return 1;
        }
        Day day = day_of_ordinal(ordinal_of_iso_day(m->year, week, weekday));
        m->year = day.year;
        m->month = day.month;
        m->day = day.day;
        return 1;
    }
    p = read_digits(p, end, 2, &m->month);
    if (p == NULL || (dashes && (p == end || *p++ != '-'))) return 0;
    return read_digits(p, end, 2, &m->day) != NULL;
}

/* A time of day from [p, end): where reading stopped, which the caller judges, or NULL. */
static const char *
read_clock(const char *p, const char *end, int *hour, int *minute, int *second, int *microsecond)
{
    int *const parts[] = {hour, minute, second};
    int colons = 0;
    *hour = *minute = *second = *microsecond = 0;
    for (int i = 0; i < 3; i++) {
        p = read_digits(p, end, 2, parts[i]);
        if (p == NULL || end - p <= 1) return p;
        if (i == 0) colons = *p == ':';
        if (*p == '.' || *p == ',') {
            p++;
            break;
        }
        if (colons && *p++ != ':') return NULL;
    }
    int digits = end - p < 6 ? (int)(end - p) : 6;
    p = read_digits(p, end, digits, microsecond);
    if (p == NULL) return NULL;
    for (; digits < 6; digits++) *microsecond *= 10;
    while (p < end && is_digit(*p)) p++;
    return p;
}

/* A time of day and an offset that fill [p, end).  *tzinfo is a new reference; 1, or 0: no such text,
   or -1. */
static truth
read_time(const char *p, const char *end, Moment *m, PyObject **tzinfo)
{
    const char *sign = p;
    *tzinfo = NULL;
    while (sign < end && *sign != '+' && *sign != '-' && *sign != 'Z') sign++;
    const char *stop = read_clock(p, sign, &m->hour, &m->minute, &m->second, &m->microsecond);
    if (stop == NULL) return 0;
    if (sign == end) {
        if (*stop != '\0') return 0;
        *tzinfo = Py_NewRef(Py_None);
        return 1;
    }
    if (*sign == 'Z') {
        if (sign[1] != '\0') return 0;
        *tzinfo = Py_NewRef(UTC_OBJECT);
        return 1;
    }
    int hour, minute, second, microsecond;
    stop = read_clock(sign + 1, end, &hour, &minute, &second, &microsecond);
    if (stop == NULL || *stop != '\0') return 0;
    int seconds = hour * 3600 + minute * 60 + second;
    if (seconds == 0) {
        *tzinfo = Py_NewRef(UTC_OBJECT);
        return 1;
    }
    if (*sign == '-') {
        seconds = -seconds;
        microsecond = -microsecond;
    }
    PyObject *offset = delta_new(&PyDateTime_DeltaType, 0, seconds, microsecond);
    if (offset != NULL) {
        *tzinfo = timezone_new(offset, NULL);
        Py_DECREF(offset);
    }
    return *tzinfo == NULL ? -1 : 1;
}

PyObject *
iso_parse_date(PyTypeObject *type, PyObject *text)
{
    Source source;
    Moment m;
    truth found = source_open(&source, text, 0);
    if (found < 0) return NULL;
    if (found) found = source.length == 7 || source.length == 8 || source.length == 10;
    if (found) found = read_date(source.text, source.text + source.length, &m);
    Py_XDECREF(source.copy);
    return found ? date_call(type, m.year, m.month, m.day) : invalid(text);
}

PyObject *
iso_parse_time(PyTypeObject *type, PyObject *text)
{
    Source source;
    Moment m = {0};
    PyObject *tzinfo, *result = NULL;
    truth found = source_open(&source, text, 0);
    if (found > 0) {
        found = read_time(source.text + (*source.text == 'T'), source.text + source.length, &m, &tzinfo);
    }
    Py_XDECREF(source.copy);
    if (found <= 0) return found < 0 ? NULL : invalid(text);
    if (type == &PyDateTime_TimeType) {
        m.tzinfo = tzinfo;
        result = time_new(type, &m);
    } else {
        result = PyObject_CallFunction((PyObject *)type, "iiiiO", m.hour, m.minute, m.second,
                                       m.microsecond, tzinfo);
    }
    Py_DECREF(tzinfo);
    return result;
}

/* Where the date ends.  Any character may be the separator, so only the form of the date can tell;
   after YYYYWww the number of digits decides, after YYYY-Www a dash with a digit beyond a weekday. */
static Py_ssize_t
find_separator(const char *s, Py_ssize_t length)
{
    if (length == 7) return 7;
    if (s[4] == '-') {
        if (s[5] != 'W') return 10;
        if (length <= 8 || s[8] != '-') return 8;
        if (length == 9) return -1;
        return length > 10 && is_digit(s[10]) ? 8 : 10;
    }
    if (s[4] != 'W') return 8;
    Py_ssize_t i = 7;
    while (i < length && is_digit(s[i])) i++;
    if (i < 9) return i;
    return i % 2 == 0 ? 7 : 8;
}

/* The bytes of the character at `p`. */
static int
character_size(const char *p)
{
    unsigned char first = (unsigned char)*p;
    return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* 1, 0: no such text, or -1.  *tzinfo is a new reference after 1. */
static truth
read_datetime(const Source *source, Moment *m, PyObject **tzinfo)
{
    const char *s = source->text, *end = s + source->length;
    if (source->length < 7) return 0;
    Py_ssize_t separator = find_separator(s, source->length);
    if (separator < 0 || separator > source->length || !read_date(s, s + separator, m)) return 0;
    if (separator == source->length) {
        *tzinfo = Py_NewRef(Py_None);
        return 1;
    }
    const char *time = s + separator + character_size(s + separator);
    return time > end ? 0 : read_time(time, end, m, tzinfo);
}

PyObject *
iso_parse_datetime(PyTypeObject *type, PyObject *text)
{
    Source source;
    Moment m = {0};
    PyObject *tzinfo = NULL;
    truth found = source_open(&source, text, 1);
    if (found > 0) found = read_datetime(&source, &m, &tzinfo);
    Py_XDECREF(source.copy);
    if (found <= 0) return found < 0 ? NULL : invalid(text);
    m.tzinfo = tzinfo;
    PyObject *result = datetime_call(type, &m);
    Py_DECREF(tzinfo);
    return result;
}
