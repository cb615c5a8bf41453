/* list.sort: a stable merge sort, in two forms.

   - Any keys: the adaptive merge sort that Tim Peters describes in listsort.txt (natural runs,
     binary insertion up to minrun, galloping merges), with the merge order of powersort (Munro and
     Wild, "Nearly-Optimal Mergesorts", 2018).  How often __lt__ is called, and on what, can be
     seen by programs, so every comparison is made exactly as described there.
   - Keys that are all exact int below 2**60, all float without NaN, or all str: nobody can watch
     the comparisons, so numbers stand for the objects, and records of (number, object) are sorted;
     a dozen keys or less are inserted one by one, where they stand.

   While sorting, the list itself is empty, and ob_item is in the hands of this file. */
#include "types/list.h"

#include "object/declare.h"
#include "types/int.h"

/* ---- keys as numbers -------------------------------------------------------------------- */

/* `rank` orders like the key; where ranks are equal, `ties` decides (NULL: the keys are equal). */
struct Record {
    uint64_t rank;
    PyObject *key;
    PyObject *value;
};

enum RankKind { RANK_NONE, RANK_INT, RANK_FLOAT, RANK_LATIN1, RANK_STR };

static enum RankKind
rank_kind(PyObject *const *keys, Py_ssize_t n)
{
    PyTypeObject *type = Py_TYPE(keys[0]);
    if (type == &PyLong_Type) {
        for (Py_ssize_t i = 0; i < n; i++) {
            if (Py_TYPE(keys[i]) != type || !int_is_medium((PyLongObject *)keys[i])) return RANK_NONE;
        }
        return RANK_INT;
    }
    if (type == &PyFloat_Type) {
        for (Py_ssize_t i = 0; i < n; i++) {
            if (Py_TYPE(keys[i]) != type) return RANK_NONE;
            double x = PyFloat_AS_DOUBLE(keys[i]);
            if (x != x) return RANK_NONE;
        }
        return RANK_FLOAT;
    }
    if (type != &PyUnicode_Type) return RANK_NONE;
    enum RankKind kind = RANK_LATIN1;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (Py_TYPE(keys[i]) != type || !PyUnicode_IS_READY(keys[i])) return RANK_NONE;
        if (PyUnicode_KIND(keys[i]) != PyUnicode_1BYTE_KIND) kind = RANK_STR;
    }
    return kind;
}

/* Characters that one rank of a text covers. */
enum { LATIN1_STEP = 8, STR_STEP = 3 };

/* Eight characters from `at` on as one number, zeros behind the end. */
static inline uint64_t
latin1_rank(PyObject *key, Py_ssize_t at)
{
    const unsigned char *s = PyUnicode_1BYTE_DATA(key) + at;
    Py_ssize_t n = PyUnicode_GET_LENGTH(key) - at;
    uint64_t rank = 0;
    int surplus = 0;
    if (n >= LATIN1_STEP) {
        memcpy(&rank, s, 8);
    } else if (n <= 0) {
        return 0;
    } else if (likely(PyUnicode_IS_COMPACT(key))) {
        memcpy(&rank, s + n - 8, 8);        /* before the text stands the rest of the object */
        surplus = 64 - 8 * (int)n;
    } else {
        memcpy(&rank, s, (size_t)n);
    }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    rank = __builtin_bswap64(rank);
#endif
    return rank << surplus;
}

/* Three code points from `at` on, 21 bits each. */
static uint64_t
str_rank(PyObject *key, Py_ssize_t at)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(key);
    uint64_t rank = 0;
    for (Py_ssize_t i = at; i < at + STR_STEP; i++) {
        rank = rank << 21 | (i < n ? PyUnicode_READ_CHAR(key, i) : 0);
    }
    return rank;
}

static ALWAYS_INLINE uint64_t
rank_of(PyObject *key, enum RankKind kind)
{
    switch (kind) {
    case RANK_INT:
        return (uint64_t)int_medium_value((PyLongObject *)key) ^ (uint64_t)1 << 63;
    case RANK_FLOAT: {
        double x = PyFloat_AS_DOUBLE(key) + 0.0;    /* -0.0 equals 0.0 */
        uint64_t bits;
        memcpy(&bits, &x, sizeof bits);
        return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
    }
    case RANK_LATIN1:
        return latin1_rank(key, 0);
    default:
        return str_rank(key, 0);
    }
}

static bool
latin1_less(PyObject *a, PyObject *b)
{
    Py_ssize_t na = PyUnicode_GET_LENGTH(a), nb = PyUnicode_GET_LENGTH(b);
    if (na <= LATIN1_STEP && nb <= LATIN1_STEP) {
        uint64_t rank_a = latin1_rank(a, 0), rank_b = latin1_rank(b, 0);
        return rank_a != rank_b ? rank_a < rank_b : na < nb;
    }
    int sign = memcmp(PyUnicode_1BYTE_DATA(a), PyUnicode_1BYTE_DATA(b), (size_t)(na < nb ? na : nb));
    return sign != 0 ? sign < 0 : na < nb;
}

static bool
str_less(PyObject *a, PyObject *b)
{
    return PyUnicode_Compare(a, b) < 0;
}

typedef bool (*TieFunction)(PyObject *a, PyObject *b);

static ALWAYS_INLINE bool
record_less(const struct Record *a, const struct Record *b, TieFunction ties)
{
    if (a->rank != b->rank) return a->rank < b->rank;
    return ties != NULL && ties(a->key, b->key);
}

/* Sort r[0:n] with room for n in `spare`; the result is in r.  Bottom-up merging of short
   insertion-sorted blocks; a merge of parts that are in order already costs one comparison. */
static ALWAYS_INLINE void
records_merge_sort(struct Record *r, struct Record *spare, Py_ssize_t n, TieFunction ties)
{
    enum { BLOCK = 12 };
    for (Py_ssize_t low = 0; low < n; low += BLOCK) {
        Py_ssize_t high = low + BLOCK < n ? low + BLOCK : n;
        for (Py_ssize_t i = low + 1; i < high; i++) {
            struct Record x = r[i];
            Py_ssize_t j = i;
            while (j > low && record_less(&x, &r[j - 1], ties)) {
                r[j] = r[j - 1];
                j--;
            }
            r[j] = x;
        }
    }
    struct Record *from = r, *to = spare;
    for (Py_ssize_t width = BLOCK; width < n; width *= 2) {
        for (Py_ssize_t low = 0; low < n; low += 2 * width) {
            Py_ssize_t middle = low + width < n ? low + width : n;
            Py_ssize_t high = low + 2 * width < n ? low + 2 * width : n;
            struct Record *a = from + low, *a_end = from + middle, *b = a_end, *b_end = from + high;
            struct Record *out = to + low;
            if (b == b_end || !record_less(b, b - 1, ties)) {
                memcpy(out, a, (size_t)(high - low) * sizeof *out);
                continue;
            }
            while (a < a_end && b < b_end) {
                if (ties == NULL) {
                    bool take_b = b->rank < a->rank;
                    *out++ = take_b ? *b : *a;
                    b += take_b;
                    a += !take_b;
                } else if (record_less(b, a, ties)) {
                    *out++ = *b++;
                } else {
                    *out++ = *a++;
                }
            }
            memcpy(out, a, (size_t)(a_end - a) * sizeof *out);
            out += a_end - a;
            memcpy(out, b, (size_t)(b_end - b) * sizeof *out);
        }
        struct Record *swap = from;
        from = to;
        to = swap;
    }
    if (from != r) memcpy(r, from, (size_t)n * sizeof *r);
}

/* Least significant byte first over the bytes in which ranks differ at all; NULL ties only. */
static void
records_radix_sort(struct Record *r, struct Record *spare, Py_ssize_t n, uint64_t varying)
{
    struct Record *from = r, *to = spare;
    for (int shift = 0; shift < 64; shift += 8) {
        if ((varying >> shift & 0xff) == 0) continue;
        Py_ssize_t start[256] = {0}, total = 0;
        for (Py_ssize_t i = 0; i < n; i++) start[from[i].rank >> shift & 0xff]++;
        for (int b = 0; b < 256; b++) {
            Py_ssize_t count = start[b];
            start[b] = total;
            total += count;
        }
        for (Py_ssize_t i = 0; i < n; i++) to[start[from[i].rank >> shift & 0xff]++] = from[i];
        struct Record *swap = from;
        from = to;
        to = swap;
    }
    if (from != r) memcpy(r, from, (size_t)n * sizeof *r);
}

/* By rank alone; equal ranks stay as they are. */
static NOINLINE void
records_sort_numbers(struct Record *r, struct Record *spare, Py_ssize_t n)
{
    uint64_t varying = 0;
    int passes = 0, levels = 0;
    for (Py_ssize_t i = 1; i < n; i++) varying |= r[i].rank ^ r[0].rank;
    for (int shift = 0; shift < 64; shift += 8) passes += (varying >> shift & 0xff) != 0;
    for (Py_ssize_t width = 12; width < n; width *= 2) levels++;
    if (n > 400 && passes < levels) {
        records_radix_sort(r, spare, n, varying);
    } else if (varying != 0) {
        records_merge_sort(r, spare, n, NULL);
    }
}

static inline uint64_t
text_rank(PyObject *key, enum RankKind kind, Py_ssize_t at)
{
    return kind == RANK_LATIN1 ? latin1_rank(key, at) : str_rank(key, at);
}

/* How many characters of the two texts are the same, `from` of which are known to be, up to `most`. */
static Py_ssize_t
common_prefix(PyObject *a, PyObject *b, enum RankKind kind, Py_ssize_t from, Py_ssize_t most)
{
    most = Py_MIN(most, Py_MIN(PyUnicode_GET_LENGTH(a), PyUnicode_GET_LENGTH(b)));
    if (kind == RANK_LATIN1) {
        const Py_UCS1 *s = PyUnicode_1BYTE_DATA(a), *t = PyUnicode_1BYTE_DATA(b);
        while (from + 8 <= most && memcmp(s + from, t + from, 8) == 0) from += 8;
    }
    while (from < most && PyUnicode_READ_CHAR(a, from) == PyUnicode_READ_CHAR(b, from)) from++;
    return from;
}

/* Texts whose characters before `at` are the same, by their ranks from there on: sorted as numbers,
   then each group of equal numbers by what follows.  `depth` bounds the recursion. */
static void
records_sort_texts(struct Record *r, struct Record *spare, Py_ssize_t n, enum RankKind kind,
                   Py_ssize_t at, int depth)
{
    enum { FEW = 24 };
    if (n < FEW || depth == 0) {
        if (kind == RANK_LATIN1) {
            records_merge_sort(r, spare, n, latin1_less);
        } else {
            records_merge_sort(r, spare, n, str_less);
        }
        return;
    }
    records_sort_numbers(r, spare, n);
    const Py_ssize_t end = at + (kind == RANK_LATIN1 ? LATIN1_STEP : STR_STEP);
    for (Py_ssize_t low = 0, high; low < n; low = high) {
        Py_ssize_t length = PyUnicode_GET_LENGTH(r[low].key);
        bool ended = length <= end, alike = true;
        for (high = low + 1; high < n && r[high].rank == r[low].rank; high++) {
            Py_ssize_t other = PyUnicode_GET_LENGTH(r[high].key);
            ended |= other <= end;
            alike &= other == length;
        }
        if (high - low == 1 || (ended && alike)) continue;
        Py_ssize_t more = low;      /* from here on keys go on beyond `end` */
        if (ended) {
            /* The zeros behind an end are null characters elsewhere: the shorter text is less. */
            for (Py_ssize_t i = low; i < high; i++) {
                length = PyUnicode_GET_LENGTH(r[i].key);
                r[i].rank = (uint64_t)Py_MIN(length, end + 1);
            }
            records_sort_numbers(r + low, spare, high - low);
            while (more < high && r[more].rank <= (uint64_t)end) more++;
            if (high - more < 2) continue;
        }
        Py_ssize_t shared = PyUnicode_GET_LENGTH(r[more].key);
        for (Py_ssize_t i = more + 1; i < high; i++) {
            shared = common_prefix(r[more].key, r[i].key, kind, end, shared);
        }
        for (Py_ssize_t i = more; i < high; i++) r[i].rank = text_rank(r[i].key, kind, shared);
        records_sort_texts(r + more, spare, high - more, kind, shared, depth - 1);
    }
}

static void
records_sort(struct Record *r, struct Record *spare, Py_ssize_t n, enum RankKind kind)
{
    if (kind == RANK_LATIN1 || kind == RANK_STR) {
        records_sort_texts(r, spare, n, kind, 0, 40);
    } else {
        records_sort_numbers(r, spare, n);
    }
}

/* ---- few different keys ------------------------------------------------------------------ */

/* Up to so many different keys are counted, one for so many keys at most. */
enum { CLASSES_MAX = 256, CLASS_SLOTS = 1024, CLASS_MEMBERS = 16, CLASSES_WORTH = 512 };

struct Classes {
    int count;
    uint16_t slots[CLASS_SLOTS];                /* by hash of the rank: number of the class + 1, or 0 */
    struct Record all[CLASSES_MAX];             /* rank and first key of each, in order of appearance */
    Py_ssize_t members[CLASSES_MAX];
};

static inline bool
same_key(PyObject *a, PyObject *b, enum RankKind kind)
{
    if (a == b || kind == RANK_INT || kind == RANK_FLOAT) return true;
    Py_ssize_t n = PyUnicode_GET_LENGTH(a);
    if (n != PyUnicode_GET_LENGTH(b) || PyUnicode_KIND(a) != PyUnicode_KIND(b)) return false;
    return kind == RANK_LATIN1 && n <= LATIN1_STEP
           ? true
           : memcmp(PyUnicode_DATA(a), PyUnicode_DATA(b), (size_t)n * PyUnicode_KIND(a)) == 0;
}

/* The class of a key, entered if it is new; -1 if there are `limit` already. */
static ALWAYS_INLINE int
class_of(struct Classes *classes, PyObject *key, enum RankKind kind, int limit)
{
    uint64_t rank = rank_of(key, kind), mixed = rank;
    if (kind == RANK_LATIN1 || kind == RANK_STR) {      /* texts that begin alike may end differently */
        Py_ssize_t length = PyUnicode_GET_LENGTH(key), step = kind == RANK_LATIN1 ? LATIN1_STEP : STR_STEP;
        if (length > step) mixed += text_rank(key, kind, length - step) * 31 + (uint64_t)length;
    }
    size_t slot = (size_t)(mixed * UINT64_C(0x9E3779B97F4A7C15) >> 54);
    for (;; slot = (slot + 1) % CLASS_SLOTS) {
        int number = classes->slots[slot] - 1;
        if (number < 0) break;
        if (classes->all[number].rank == rank && same_key(classes->all[number].key, key, kind)) return number;
    }
    if (classes->count == limit) return -1;
    classes->all[classes->count] = (struct Record){rank, key, NULL};
    classes->members[classes->count] = 0;
    classes->slots[slot] = (uint16_t)++classes->count;
    return classes->count - 1;
}

/* Put array[0:n] in the order of the places that belong to their classes, by way of `room`. */
static void
move_to_places(PyObject **array, PyObject **room, Py_ssize_t n, const uint8_t *numbers, const Py_ssize_t *places)
{
    Py_ssize_t next[CLASSES_MAX];
    memcpy(next, places, sizeof next);
    for (Py_ssize_t i = 0; i < n; i++) room[next[numbers[i]]++] = array[i];
    memcpy(array, room, (size_t)n * sizeof *array);
}

/* Sort keys of which only few differ: find the class of each, sort the classes, count.  1 done,
   0 not possible, without having changed anything. */
static NOINLINE int
sort_by_classes(PyObject **keys, PyObject **values, Py_ssize_t n, enum RankKind kind)
{
    PyObject **room = PyMem_Malloc((size_t)n * (sizeof *room + 1));
    if (room == NULL) return 0;
    uint8_t *numbers = (uint8_t *)(room + n);
    struct Classes classes;
    classes.count = 0;
    memset(classes.slots, 0, sizeof classes.slots);
    const int limit = (int)Py_MIN(CLASSES_MAX, n / CLASS_MEMBERS);
    for (Py_ssize_t i = 0; i < n; i++) {
        int number = class_of(&classes, keys[i], kind, limit);
        if (number < 0) {
            PyMem_Free(room);
            return 0;
        }
        numbers[i] = (uint8_t)number;
        classes.members[number]++;
    }
    struct Record order[2 * CLASSES_MAX];
    for (int k = 0; k < classes.count; k++) {
        order[k] = classes.all[k];
        order[k].value = (PyObject *)&classes.members[k];
    }
    records_sort(order, order + classes.count, classes.count, kind);
    Py_ssize_t places[CLASSES_MAX] = {0}, place = 0;
    for (int k = 0; k < classes.count; k++) {
        Py_ssize_t number = (Py_ssize_t *)order[k].value - classes.members;
        places[number] = place;
        place += classes.members[number];
    }
    move_to_places(keys, room, n, numbers, places);
    if (values) move_to_places(values, room, n, numbers, places);
    PyMem_Free(room);
    return 1;
}

/* How many keys are less than the one before; stops counting above `limit`, unless all are: then n - 1. */
static Py_ssize_t
count_falls(PyObject *const *keys, Py_ssize_t n, enum RankKind kind, Py_ssize_t limit)
{
    PyObject *last = keys[0];
    uint64_t last_rank = rank_of(last, kind);
    Py_ssize_t falls = 0;
    for (Py_ssize_t i = 1; i < n && (falls <= limit || falls == i - 1); i++) {
        PyObject *next = keys[i];
        if (next == last) continue;
        uint64_t rank = rank_of(next, kind);
        if (rank != last_rank) {
            falls += rank < last_rank;
        } else if (kind == RANK_LATIN1) {
            falls += latin1_less(next, last);
        } else if (kind == RANK_STR) {
            falls += str_less(next, last);
        }
        last = next;
        last_rank = rank;
    }
    return falls;
}

/* Sort by rank if the keys allow it: 1 done, 0 not possible, -1 without memory (which only means
   that the other form is to be used). */
static int
sort_by_rank(PyObject **keys, PyObject **values, Py_ssize_t n)
{
    enum RankKind kind = rank_kind(keys, n);
    if (kind == RANK_NONE) return 0;
    bool text = kind == RANK_LATIN1 || kind == RANK_STR;
    /* Long runs of texts are left to the other form: merging them takes few comparisons. */
    Py_ssize_t few = text ? n / 64 : 0, falls = count_falls(keys, n, kind, few);
    if (falls == 0) return 1;
    if (falls == n - 1) {
        list_reverse_slice(keys, keys + n);
        if (values) list_reverse_slice(values, values + n);
        return 1;
    }
    if (n >= CLASSES_WORTH && sort_by_classes(keys, values, n, kind)) return 1;
    if (falls <= few) return 0;
    struct Record local[64], *r = local;
    if (2 * n > (Py_ssize_t)ARRAY_LEN(local)) {
        if ((size_t)n > PY_SSIZE_T_MAX / (2 * sizeof *r)) return -1;
        r = PyMem_Malloc(2 * (size_t)n * sizeof *r);
        if (r == NULL) return -1;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        r[i] = (struct Record){rank_of(keys[i], kind), keys[i], values ? values[i] : NULL};
    }
    records_sort(r, r + n, n, kind);
    for (Py_ssize_t i = 0; i < n; i++) keys[i] = r[i].key;
    if (values) {
        for (Py_ssize_t i = 0; i < n; i++) values[i] = r[i].value;
    }
    if (r != local) PyMem_Free(r);
    return 1;
}

/* ---- few keys ---------------------------------------------------------------------------- */

/* Up to so many keys are sorted where they stand. */
enum { FEW_KEYS = 12 };

static ALWAYS_INLINE void
insert_few(PyObject **keys, PyObject **values, Py_ssize_t n, enum RankKind kind, bool reverse)
{
    uint64_t ranks[FEW_KEYS];
    ranks[0] = rank_of(keys[0], kind) ^ (reverse ? UINT64_MAX : 0);
    for (Py_ssize_t i = 1, j; i < n; i++) {
        PyObject *key = keys[i];
        uint64_t rank = rank_of(key, kind) ^ (reverse ? UINT64_MAX : 0);
        for (j = i; j > 0 && rank <= ranks[j - 1]; j--) {
            if (rank == ranks[j - 1]) {
                if (kind == RANK_INT || kind == RANK_FLOAT) break;
                PyObject *low = reverse ? keys[j - 1] : key, *high = reverse ? key : keys[j - 1];
                if (!(kind == RANK_LATIN1 ? latin1_less(low, high) : str_less(low, high))) break;
            }
            ranks[j] = ranks[j - 1];
            keys[j] = keys[j - 1];
        }
        ranks[j] = rank;
        keys[j] = key;
        if (values && j != i) {
            PyObject *value = values[i];
            for (Py_ssize_t k = i; k > j; k--) values[k] = values[k - 1];
            values[j] = value;
        }
    }
}

/* Sort 1..FEW_KEYS keys by rank, or by falling rank; false if they have none. */
static bool
sort_few(PyObject **keys, PyObject **values, Py_ssize_t n, bool reverse)
{
    switch (rank_kind(keys, n)) {
    case RANK_INT:
        insert_few(keys, values, n, RANK_INT, reverse);
        return true;
    case RANK_FLOAT:
        insert_few(keys, values, n, RANK_FLOAT, reverse);
        return true;
    case RANK_LATIN1:
        insert_few(keys, values, n, RANK_LATIN1, reverse);
        return true;
    case RANK_STR:
        insert_few(keys, values, n, RANK_STR, reverse);
        return true;
    default:
        return false;
    }
}

/* ---- any keys --------------------------------------------------------------------------- */

/* Where keys stand; values, if there are any, move with them. */
struct Place {
    PyObject **keys;
    PyObject **values;
};

struct Run {
    struct Place base;
    Py_ssize_t length;
    int power;                      /* of the boundary to the next run */
};

enum { MIN_GALLOP = 7, MAX_RUNS = 85, LOCAL_ROOM = 256 };

struct Sort {
    truth (*less)(struct Sort *sort, PyObject *a, PyObject *b);
    PyTypeObject *key_type;
    PyObject **first_key;           /* of the whole list */
    Py_ssize_t length;
    Py_ssize_t min_gallop;          /* wins in a row before galloping begins; adapts */
    struct Run runs[MAX_RUNS];
    int run_count;
    struct Place room;              /* for the smaller part of a merge */
    Py_ssize_t room_size;
    PyObject *local[LOCAL_ROOM];
};

static inline struct Place
place_at(struct Place p, Py_ssize_t i)
{
    return (struct Place){p.keys + i, p.values ? p.values + i : NULL};
}

static inline void
place_copy(struct Place to, struct Place from, Py_ssize_t n)
{
    memcpy(to.keys, from.keys, (size_t)n * sizeof *to.keys);
    if (to.values) memcpy(to.values, from.values, (size_t)n * sizeof *to.values);
}

static inline void
place_move(struct Place to, struct Place from, Py_ssize_t n)
{
    memmove(to.keys, from.keys, (size_t)n * sizeof *to.keys);
    if (to.values) memmove(to.values, from.values, (size_t)n * sizeof *to.values);
}

static inline void
place_copy_one(struct Place to, struct Place from)
{
    *to.keys = *from.keys;
    if (to.values) *to.values = *from.values;
}

static inline void
place_step(struct Place *p, Py_ssize_t n)
{
    p->keys += n;
    if (p->values) p->values += n;
}

static truth
less_any(struct Sort *sort, PyObject *a, PyObject *b)
{
    return PyObject_RichCompareBool(a, b, Py_LT);
}

/* All keys have one type with a comparison: no dispatch on reflected operands is needed. */
static truth
less_same_type(struct Sort *sort, PyObject *a, PyObject *b)
{
    richcmpfunc compare = sort->key_type->tp_richcompare;
    if (unlikely(Py_TYPE(a) != sort->key_type || compare == NULL)) return less_any(sort, a, b);
    PyObject *result = compare(a, b, Py_LT);
    if (result == Py_NotImplemented) {
        Py_DECREF(result);
        return PyObject_RichCompareBool(a, b, Py_LT);
    }
    if (result == NULL) return -1;
    truth value = PyBool_Check(result) ? result == Py_True : PyObject_IsTrue(result);
    Py_DECREF(result);
    return value;
}

static truth
less_float(struct Sort *Py_UNUSED(sort), PyObject *a, PyObject *b)
{
    return PyFloat_AS_DOUBLE(a) < PyFloat_AS_DOUBLE(b);
}

/* Exact str, of one byte per character. */
static truth
less_latin1(struct Sort *Py_UNUSED(sort), PyObject *a, PyObject *b)
{
    return latin1_less(a, b);
}

/* Exact tuples: the first items are compared here if their types are harmless and equal. */
static truth
less_tuple(struct Sort *sort, PyObject *a, PyObject *b)
{
    Py_ssize_t na = Py_SIZE(a), nb = Py_SIZE(b), i = 0;
    for (; i < na && i < nb; i++) {
        PyObject *x = PyTuple_GET_ITEM(a, i), *y = PyTuple_GET_ITEM(b, i);
        if (x == y) continue;
        if (Py_TYPE(x) == Py_TYPE(y)) {
            if (PyLong_CheckExact(x)) {
                int sign = int_compare((PyLongObject *)x, (PyLongObject *)y);
                if (sign != 0) return sign < 0;
                continue;
            }
            if (PyFloat_CheckExact(x)) {
                double u = PyFloat_AS_DOUBLE(x), v = PyFloat_AS_DOUBLE(y);
                if (u == v) continue;
                return u < v;
            }
            if (PyUnicode_CheckExact(x)) {
                int sign = PyUnicode_Compare(x, y);
                if (sign == -1 && PyErr_Occurred()) return -1;
                if (sign != 0) return sign < 0;
                continue;
            }
        }
        truth equal = PyObject_RichCompareBool(x, y, Py_EQ);
        if (equal < 0) return -1;
        if (!equal) return PyObject_RichCompareBool(x, y, Py_LT);
    }
    return na < nb;
}

static void
choose_less(struct Sort *sort, PyObject *const *keys, Py_ssize_t n)
{
    sort->key_type = Py_TYPE(keys[0]);
    sort->less = less_any;
    for (Py_ssize_t i = 1; i < n; i++) {
        if (Py_TYPE(keys[i]) != sort->key_type) return;
    }
    if (sort->key_type == &PyUnicode_Type && rank_kind(keys, n) == RANK_LATIN1) {
        sort->less = less_latin1;
        return;
    }
    sort->less = sort->key_type == &PyFloat_Type   ? less_float
                 : sort->key_type == &PyTuple_Type ? less_tuple
                 : sort->key_type->tp_richcompare  ? less_same_type
                                                   : less_any;
}

#define LESS(a, b) sort->less(sort, (a), (b))

/* Length of the run that begins at `keys`; *descending if it is strictly so.  -1 on error. */
static Py_ssize_t
count_run(struct Sort *sort, PyObject **keys, Py_ssize_t n, bool *descending)
{
    *descending = false;
    if (n == 1) return 1;
    truth less = LESS(keys[1], keys[0]);
    if (less < 0) return -1;
    *descending = less;
    Py_ssize_t i = 2;
    for (; i < n; i++) {
        truth next = LESS(keys[i], keys[i - 1]);
        if (next < 0) return -1;
        if (next != less) break;
    }
    return i;
}

/* Extend a sorted prefix of `sorted` items to `n` by binary insertion. */
static status
binary_insertion(struct Sort *sort, struct Place p, Py_ssize_t n, Py_ssize_t sorted)
{
    if (sorted == 0) sorted = 1;
    for (; sorted < n; sorted++) {
        PyObject *pivot = p.keys[sorted];
        Py_ssize_t low = 0, high = sorted;
        do {
            Py_ssize_t middle = low + ((high - low) >> 1);
            truth less = LESS(pivot, p.keys[middle]);
            if (less < 0) return -1;
            if (less) {
                high = middle;
            } else {
                low = middle + 1;
            }
        } while (low < high);
        memmove(p.keys + low + 1, p.keys + low, (size_t)(sorted - low) * sizeof *p.keys);
        p.keys[low] = pivot;
        if (p.values) {
            PyObject *value = p.values[sorted];
            memmove(p.values + low + 1, p.values + low, (size_t)(sorted - low) * sizeof *p.values);
            p.values[low] = value;
        }
    }
    return 0;
}

/* How many of a[0:n] come before key: those below it, and if `right` those equal to it.  Looks
   near `hint` first, at distances 1, 3, 7, 15, ..., then by bisection.  -1 on error. */
static Py_ssize_t
gallop(struct Sort *sort, PyObject *key, PyObject **a, Py_ssize_t n, Py_ssize_t hint, bool right)
{
/* 1 if a[i] comes before key */
#define BEFORE(i)                                                                                  \
    ({                                                                                             \
        truth less_ = right ? LESS(key, a[i]) : LESS(a[i], key);                                   \
        if (less_ < 0) return -1;                                                                  \
        right ? !less_ : less_;                                                                    \
    })
    Py_ssize_t near = 0, far = 1, low, high;
    if (BEFORE(hint)) {
        Py_ssize_t limit = n - hint;
        while (far < limit && BEFORE(hint + far)) {
            near = far;
            far = 2 * far + 1;
        }
        if (far > limit) far = limit;
        low = hint + near;
        high = hint + far;
    } else {
        Py_ssize_t limit = hint + 1;
        while (far < limit && !BEFORE(hint - far)) {
            near = far;
            far = 2 * far + 1;
        }
        if (far > limit) far = limit;
        low = hint - far;
        high = hint - near;
    }
    /* a[low] comes before key (or low is -1), a[high] does not (or high is n). */
    for (low++; low < high;) {
        Py_ssize_t middle = low + ((high - low) >> 1);
        if (BEFORE(middle)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return high;
#undef BEFORE
}

static status
need_room(struct Sort *sort, Py_ssize_t n, bool values)
{
    if (n <= sort->room_size) return 0;
    if (sort->room.keys != sort->local) PyMem_Free(sort->room.keys);
    size_t total = (size_t)n * (values ? 2 : 1);
    sort->room.keys = total <= PY_SSIZE_T_MAX / sizeof(PyObject *) ? PyMem_New(PyObject *, total)
                                                                   : NULL;
    if (sort->room.keys == NULL) {
        sort->room.keys = sort->local;
        sort->room_size = values ? LOCAL_ROOM / 2 : LOCAL_ROOM;
        if (values) sort->room.values = sort->local + LOCAL_ROOM / 2;
        PyErr_NoMemory();
        return -1;
    }
    sort->room_size = n;
    if (values) sort->room.values = sort->room.keys + n;
    return 0;
}

/* Merge neighbours a[0:na] and b[0:nb], na <= nb, from the left.  b[0] comes first of all, and
   a[na-1] last. */
static status
merge_low(struct Sort *sort, struct Place a, Py_ssize_t na, struct Place b, Py_ssize_t nb)
{
    status result = -1;
    if (need_room(sort, na, a.values != NULL) < 0) return -1;
    struct Place out = a;
    place_copy(sort->room, a, na);
    a = sort->room;
    place_copy_one(out, b);
    place_step(&out, 1);
    place_step(&b, 1);
    nb--;
    if (nb == 0) goto done;
    if (na == 1) goto last_a;
    Py_ssize_t min_gallop = sort->min_gallop;
    for (;;) {
        Py_ssize_t wins_a = 0, wins_b = 0;
        /* One at a time until one side wins often. */
        for (;;) {
            truth less = LESS(b.keys[0], a.keys[0]);
            if (less < 0) goto fail;
            if (less) {
                place_copy_one(out, b);
                place_step(&out, 1);
                place_step(&b, 1);
                wins_b++;
                wins_a = 0;
                if (--nb == 0) goto done;
                if (wins_b >= min_gallop) break;
            } else {
                place_copy_one(out, a);
                place_step(&out, 1);
                place_step(&a, 1);
                wins_a++;
                wins_b = 0;
                if (--na == 1) goto last_a;
                if (wins_a >= min_gallop) break;
            }
        }
        min_gallop++;
        do {
            min_gallop -= min_gallop > 1;
            sort->min_gallop = min_gallop;
            Py_ssize_t k = wins_a = gallop(sort, b.keys[0], a.keys, na, 0, true);
            if (k < 0) goto fail;
            if (k > 0) {
                place_copy(out, a, k);
                place_step(&out, k);
                place_step(&a, k);
                na -= k;
                if (na == 1) goto last_a;
                /* Possible only if comparisons contradict each other. */
                if (na == 0) goto done;
            }
            place_copy_one(out, b);
            place_step(&out, 1);
            place_step(&b, 1);
            if (--nb == 0) goto done;
            k = wins_b = gallop(sort, a.keys[0], b.keys, nb, 0, false);
            if (k < 0) goto fail;
            if (k > 0) {
                place_move(out, b, k);
                place_step(&out, k);
                place_step(&b, k);
                nb -= k;
                if (nb == 0) goto done;
            }
            place_copy_one(out, a);
            place_step(&out, 1);
            place_step(&a, 1);
            if (--na == 1) goto last_a;
        } while (wins_a >= MIN_GALLOP || wins_b >= MIN_GALLOP);
        min_gallop++;
        sort->min_gallop = min_gallop;
    }
done:
    result = 0;
fail:
    /* What is left of a fills the gap before b. */
    if (na > 0) place_copy(out, a, na);
    return result;
last_a:
    place_move(out, b, nb);
    place_copy_one(place_at(out, nb), a);
    return 0;
}

/* The same from the right, na >= nb. */
static status
merge_high(struct Sort *sort, struct Place a, Py_ssize_t na, struct Place b, Py_ssize_t nb)
{
    status result = -1;
    if (need_room(sort, nb, a.values != NULL) < 0) return -1;
    /* out, a and b point at the last item of each; rest_a and rest_b at the first. */
    struct Place out = place_at(b, nb - 1), rest_a = a, rest_b = sort->room;
    place_copy(sort->room, b, nb);
    b = place_at(sort->room, nb - 1);
    a = place_at(a, na - 1);
    place_copy_one(out, a);
    place_step(&out, -1);
    place_step(&a, -1);
    na--;
    if (na == 0) goto done;
    if (nb == 1) goto first_b;
    Py_ssize_t min_gallop = sort->min_gallop;
    for (;;) {
        Py_ssize_t wins_a = 0, wins_b = 0;
        for (;;) {
            truth less = LESS(b.keys[0], a.keys[0]);
            if (less < 0) goto fail;
            if (less) {
                place_copy_one(out, a);
                place_step(&out, -1);
                place_step(&a, -1);
                wins_a++;
                wins_b = 0;
                if (--na == 0) goto done;
                if (wins_a >= min_gallop) break;
            } else {
                place_copy_one(out, b);
                place_step(&out, -1);
                place_step(&b, -1);
                wins_b++;
                wins_a = 0;
                if (--nb == 1) goto first_b;
                if (wins_b >= min_gallop) break;
            }
        }
        min_gallop++;
        do {
            min_gallop -= min_gallop > 1;
            sort->min_gallop = min_gallop;
            Py_ssize_t k = gallop(sort, b.keys[0], rest_a.keys, na, na - 1, true);
            if (k < 0) goto fail;
            k = wins_a = na - k;
            if (k > 0) {
                place_step(&out, -k);
                place_step(&a, -k);
                place_move(place_at(out, 1), place_at(a, 1), k);
                na -= k;
                if (na == 0) goto done;
            }
            place_copy_one(out, b);
            place_step(&out, -1);
            place_step(&b, -1);
            if (--nb == 1) goto first_b;
            k = gallop(sort, a.keys[0], rest_b.keys, nb, nb - 1, false);
            if (k < 0) goto fail;
            k = wins_b = nb - k;
            if (k > 0) {
                place_step(&out, -k);
                place_step(&b, -k);
                place_copy(place_at(out, 1), place_at(b, 1), k);
                nb -= k;
                if (nb == 1) goto first_b;
                /* Possible only if comparisons contradict each other. */
                if (nb == 0) goto done;
            }
            place_copy_one(out, a);
            place_step(&out, -1);
            place_step(&a, -1);
            if (--na == 0) goto done;
        } while (wins_a >= MIN_GALLOP || wins_b >= MIN_GALLOP);
        min_gallop++;
        sort->min_gallop = min_gallop;
    }
done:
    result = 0;
fail:
    if (nb > 0) place_copy(place_at(out, -(nb - 1)), rest_b, nb);
    return result;
first_b:
    place_step(&out, -na);
    place_step(&a, -na);
    place_move(place_at(out, 1), place_at(a, 1), na);
    place_copy_one(out, b);
    return 0;
}

/* Merge runs i and i+1 of the stack. */
static status
merge_at(struct Sort *sort, int i)
{
    struct Run *runs = sort->runs;
    struct Place a = runs[i].base, b = runs[i + 1].base;
    Py_ssize_t na = runs[i].length, nb = runs[i + 1].length;
    runs[i].length = na + nb;
    if (i == sort->run_count - 3) runs[i + 1] = runs[i + 2];
    sort->run_count--;
    /* What of a stands before all of b, and what of b after all of a, is in place already. */
    Py_ssize_t k = gallop(sort, b.keys[0], a.keys, na, 0, true);
    if (k < 0) return -1;
    place_step(&a, k);
    na -= k;
    if (na == 0) return 0;
    nb = gallop(sort, a.keys[na - 1], b.keys, nb, nb - 1, false);
    if (nb <= 0) return (status)nb;
    return na <= nb ? merge_low(sort, a, na, b, nb) : merge_high(sort, a, na, b, nb);
}

/* The depth, in the ideal bisection of n items, of the boundary between the run of n1 items at s1
   and the n2 items behind it. */
static int
boundary_power(Py_ssize_t s1, Py_ssize_t n1, Py_ssize_t n2, Py_ssize_t n)
{
    int power = 0;
    /* The midpoints of both runs, times 2, as fractions of n: the first bit in which they differ. */
    Py_ssize_t a = 2 * s1 + n1, b = a + n1 + n2;
    for (;;) {
        power++;
        if (a >= n) {
            a -= n;
            b -= n;
        } else if (b >= n) {
            return power;
        }
        a <<= 1;
        b <<= 1;
    }
}

static status
push_run(struct Sort *sort, struct Place base, Py_ssize_t n)
{
    if (sort->run_count > 0) {
        struct Run *top = &sort->runs[sort->run_count - 1];
        int power = boundary_power(top->base.keys - sort->first_key, top->length, n, sort->length);
        while (sort->run_count > 1 && sort->runs[sort->run_count - 2].power > power) {
            if (merge_at(sort, sort->run_count - 2) < 0) return -1;
        }
        sort->runs[sort->run_count - 1].power = power;
    }
    sort->runs[sort->run_count++] = (struct Run){base, n, 0};
    return 0;
}

static status
merge_all(struct Sort *sort)
{
    while (sort->run_count > 1) {
        int i = sort->run_count - 2;
        if (i > 0 && sort->runs[i - 1].length < sort->runs[i + 1].length) i--;
        if (merge_at(sort, i) < 0) return -1;
    }
    return 0;
}

/* 32..64 such that n / minrun is a power of two, or a little less. */
static Py_ssize_t
minimum_run(Py_ssize_t n)
{
    Py_ssize_t rest = 0;
    while (n >= 64) {
        rest |= n & 1;
        n >>= 1;
    }
    return n + rest;
}

static status
sort_adaptively(struct Place p, Py_ssize_t n)
{
    struct Sort state, *sort = &state;
    choose_less(sort, p.keys, n);
    sort->first_key = p.keys;
    sort->length = n;
    sort->min_gallop = MIN_GALLOP;
    sort->run_count = 0;
    sort->room.keys = sort->local;
    sort->room.values = p.values ? sort->local + LOCAL_ROOM / 2 : NULL;
    sort->room_size = p.values ? LOCAL_ROOM / 2 : LOCAL_ROOM;
    Py_ssize_t minrun = minimum_run(n);
    status result = -1;
    while (n > 0) {
        bool descending;
        Py_ssize_t length = count_run(sort, p.keys, n, &descending);
        if (length < 0) goto done;
        if (descending) {
            list_reverse_slice(p.keys, p.keys + length);
            if (p.values) list_reverse_slice(p.values, p.values + length);
        }
        if (length < minrun) {
            Py_ssize_t forced = n <= minrun ? n : minrun;
            if (binary_insertion(sort, p, forced, length) < 0) goto done;
            length = forced;
        }
        if (push_run(sort, p, length) < 0) goto done;
        place_step(&p, length);
        n -= length;
    }
    result = merge_all(sort);
done:
    if (sort->room.keys != sort->local) PyMem_Free(sort->room.keys);
    return result;
}

/* ---- list.sort -------------------------------------------------------------------------- */

/* Fill `keys` with keyfunc of each item. */
static status
make_keys(PyObject **keys, PyObject *keyfunc, PyObject **items, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n; i++) {
        keys[i] = PyObject_CallOneArg(keyfunc, items[i]);
        if (keys[i] == NULL) {
            while (i-- > 0) Py_DECREF(keys[i]);
            return -1;
        }
    }
    return 0;
}

/* Sort n > 0 keys, and values with them. */
static status
sort_place(struct Place place, Py_ssize_t n, bool reverse)
{
    if (n == 1) return 0;
    bool few = n <= FEW_KEYS;
    if (few && sort_few(place.keys, place.values, n, reverse)) return 0;
    /* Stability in reverse: equal items keep their order if both ends turn the list round. */
    if (reverse) {
        list_reverse_slice(place.keys, place.keys + n);
        if (place.values) list_reverse_slice(place.values, place.values + n);
    }
    status result = 0;
    if (few || sort_by_rank(place.keys, place.values, n) <= 0) result = sort_adaptively(place, n);
    if (reverse) {
        PyObject **items = place.values ? place.values : place.keys;
        list_reverse_slice(items, items + n);
    }
    return result;
}

/* Sort n > 0 items by keyfunc. */
static status
sort_with_keys(PyObject **items, Py_ssize_t n, PyObject *keyfunc, bool reverse)
{
    PyObject *local[FEW_KEYS], **keys = local;
    if (n > FEW_KEYS) {
        keys = PyMem_New(PyObject *, (size_t)n);
        if (keys == NULL) {
            PyErr_NoMemory();
            return -1;
        }
    }
    status result = make_keys(keys, keyfunc, items, n);
    if (result == 0) {
        result = sort_place((struct Place){keys, items}, n, reverse);
        for (Py_ssize_t i = 0; i < n; i++) Py_DECREF(keys[i]);
    }
    if (keys != local) PyMem_Free(keys);
    return result;
}

status
list_sort_in_place(PyListObject *self, PyObject *keyfunc, int reverse)
{
    PyObject **items = self->ob_item;
    Py_ssize_t n = Py_SIZE(self), allocated = self->allocated;
    status result = 0;
    /* Whoever looks at the list meanwhile finds it empty; whoever changes it is found out. */
    Py_SET_SIZE(self, 0);
    self->ob_item = NULL;
    self->allocated = -1;
    if (n > 0) {
        result = keyfunc != NULL && keyfunc != Py_None
                     ? sort_with_keys(items, n, keyfunc, reverse != 0)
                     : sort_place((struct Place){items, NULL}, n, reverse != 0);
    }
    if (self->allocated != -1 && result == 0) {
        PyErr_SetString(PyExc_ValueError, "list modified during sort");
        result = -1;
    }
    PyObject **other = self->ob_item;
    Py_ssize_t others = Py_SIZE(self);
    self->ob_item = items;
    self->allocated = allocated;
    Py_SET_SIZE(self, n);
    if (other != NULL) {
        while (others-- > 0) Py_XDECREF(other[others]);
        PyMem_Free(other);
    }
    return result;
}

METHOD(list, sort, "($self, /, *, key=None, reverse=False)",
       "Sort in place, stable, ascending (descending with reverse) by key(item) or by the item.")
static status
list_sort(PyListObject *self, PyObject *key, int reverse)
{
    return list_sort_in_place(self, key, reverse);
}

#include "gen/types/list_sort.inc"
