/* Character names.  See uniname.h.

   uniname_words lists the words by falling frequency, one a line.  A word's number is written in
   one, two or three of the uniname_digits, told apart by the first.  uniname_text holds one line
   for each code point, grouped in blocks of 32; aliases and sequences follow as numbers from
   0x110000.  Between two words a space is implied; hyphens and other spaces are words of their
   own.  Hangul syllables, and names that end in the code point, are computed. */
#include "base/uniname.h"
#include "base/search.h"
#include "base/uniname_data.h"
#include <stdio.h>
#include <string.h>

enum {
    DIGITS = sizeof uniname_digits - 1,
    DOUBLES = DIGITS - UNINAME_SINGLES - UNINAME_TRIPLES,
    FIRST_EXTRA = 0x110000,
    HANGUL = 0xac00, HANGUL_COUNT = 11172, HANGUL_VOWELS = 21, HANGUL_TAILS = 28,
};

static const char hangul_leads[][3] = {"G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S",
                                       "SS", "", "J", "JJ", "C", "K", "T", "P", "H"};
static const char hangul_vowels[][4] = {"A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA",
                                        "WAE", "OE", "YO", "U", "WEO", "WE", "WI", "YU", "EU", "YI",
                                        "I"};
static const char hangul_tails[][3] = {"", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG",
                                       "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS", "S",
                                       "SS", "NG", "J", "C", "K", "T", "P", "H"};
static const char hangul_prefix[] = "HANGUL SYLLABLE ";

/* Start of line `line` of a text whose line 32 * i begins at starts[i]. */
static const char *
word_at(int word)
{
    const char *p = uniname_words + uniname_word_starts[word / 32];
    for (int skip = word % 32; skip > 0; skip--)
        p = strchr(p, '\n') + 1;
    return p;
}

static int
digit_value(char c)
{
    const char *p = memchr(uniname_digits, c, DIGITS);
    return p == NULL ? -1 : (int)(p - uniname_digits);
}

/* Reads one word number from a line of uniname_text. */
static const char *
read_word(const char *p, int *word)
{
    int a = digit_value(*p++);
    if (a < UNINAME_SINGLES)
        *word = a;
    else if (a < UNINAME_SINGLES + DOUBLES)
        *word = UNINAME_SINGLES + (a - UNINAME_SINGLES) * DIGITS + digit_value(*p++);
    else {
        int b = digit_value(*p++);
        *word = UNINAME_SINGLES + DOUBLES * DIGITS +
                ((a - UNINAME_SINGLES - DOUBLES) * DIGITS + b) * DIGITS + digit_value(*p++);
    }
    return p;
}

static char *
write_word(char *out, int word)
{
    if (word < UNINAME_SINGLES)
        *out++ = uniname_digits[word];
    else if ((word -= UNINAME_SINGLES) < DOUBLES * DIGITS) {
        *out++ = uniname_digits[UNINAME_SINGLES + word / DIGITS];
        *out++ = uniname_digits[word % DIGITS];
    }
    else {
        word -= DOUBLES * DIGITS;
        *out++ = uniname_digits[UNINAME_SINGLES + DOUBLES + word / (DIGITS * DIGITS)];
        *out++ = uniname_digits[word / DIGITS % DIGITS];
        *out++ = uniname_digits[word % DIGITS];
    }
    return out;
}

/* The line of uniname_text for a number, or NULL. */
static const char *
line_of(uint32_t number)
{
    size_t low = 0, high = ARRAY_LEN(uniname_blocks);
    uint32_t block = number / 32;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (uniname_blocks[middle] < block)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == ARRAY_LEN(uniname_blocks) || uniname_blocks[low] != block)
        return NULL;
    const char *p = uniname_text + uniname_offsets[low];
    const char *end = low + 1 < ARRAY_LEN(uniname_blocks)
                          ? uniname_text + uniname_offsets[low + 1]
                          : uniname_text + sizeof uniname_text - 1;
    for (uint32_t skip = number % 32; skip > 0 && p < end; skip--)
        p = strchr(p, '\n') + 1;
    return p < end && *p != '\n' ? p : NULL;
}

static int
hangul_name(uint32_t index, char *out)
{
    return sprintf(out, "%s%s%s%s", hangul_prefix,
                   hangul_leads[index / (HANGUL_VOWELS * HANGUL_TAILS)],
                   hangul_vowels[index / HANGUL_TAILS % HANGUL_VOWELS],
                   hangul_tails[index % HANGUL_TAILS]);
}

int
uniname_get(uint32_t ch, char out[UNINAME_MAX])
{
    out[0] = 0;
    if (ch >= FIRST_EXTRA)
        return 0;
    if (ch - HANGUL < HANGUL_COUNT)
        return hangul_name(ch - HANGUL, out);
    for (size_t i = 0; i < ARRAY_LEN(uniname_ranges); i++)
        if (ch >= uniname_ranges[i].first && ch <= uniname_ranges[i].last)
            return sprintf(out, "%s%04X", uniname_ranges[i].prefix, (unsigned)ch);
    const char *line = line_of(ch);
    if (line == NULL)
        return 0;
    char *p = out;
    bool after_word = false;
    while (*line != '\n') {
        int word;
        line = read_word(line, &word);
        const char *text = word_at(word);
        size_t length = (size_t)(strchr(text, '\n') - text);
        bool is_word = *text != '-' && *text != ' ';
        if (after_word && is_word)
            *p++ = ' ';
        memcpy(p, text, length);
        p += length;
        after_word = is_word;
    }
    *p = 0;
    return (int)(p - out);
}

/* The number of a word, or -1. */
static int
find_word(const char *text, size_t length)
{
    char line[UNINAME_MAX + 2];
    line[0] = '\n';
    memcpy(line + 1, text, length);
    line[length + 1] = '\n';
    ptrdiff_t at = search_find(1, uniname_words, sizeof uniname_words - 1, line,
                               (ptrdiff_t)length + 2);
    if (at < 0)
        return -1;
    uint32_t start = (uint32_t)at + 1;
    size_t low = 0, high = ARRAY_LEN(uniname_word_starts);
    while (low + 1 < high) {
        size_t middle = (low + high) / 2;
        if (uniname_word_starts[middle] <= start)
            low = middle;
        else
            high = middle;
    }
    const char *p = uniname_words + uniname_word_starts[low];
    int word = (int)low * 32;
    while (p < uniname_words + start) {
        p = strchr(p, '\n') + 1;
        word++;
    }
    return word;
}

static bool
is_word_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Encodes a name as a line of uniname_text with both line ends; its length, 0 if impossible. */
static size_t
encode_name(const char *name, size_t length, char *out)
{
    char *p = out;
    *p++ = '\n';
    for (size_t i = 0; i < length;) {
        size_t end = i + 1;
        if (is_word_char(name[i]))
            while (end < length && is_word_char(name[end]))
                end++;
        else if (name[i] == ' ' && i > 0 && end < length && is_word_char(name[i - 1]) &&
                 is_word_char(name[end])) {
            i = end;
            continue;
        }
        int word = find_word(name + i, end - i);
        if (word < 0)
            return 0;
        p = write_word(p, word);
        i = end;
    }
    *p++ = '\n';
    return (size_t)(p - out);
}

/* The number whose line starts at `offset` of uniname_text. */
static uint32_t
number_at(uint32_t offset)
{
    size_t low = 0, high = ARRAY_LEN(uniname_offsets);
    while (low + 1 < high) {
        size_t middle = (low + high) / 2;
        if (uniname_offsets[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    uint32_t number = uniname_blocks[low] * 32u;
    for (const char *p = uniname_text + uniname_offsets[low]; p < uniname_text + offset; number++)
        p = strchr(p, '\n') + 1;
    return number;
}

/* Longest entry of `list` that s starts with; its number, -1 if none (the empty one counts). */
static int
longest(const char *list, int n, size_t stride, const char *s, size_t *length)
{
    int best = -1;
    *length = 0;
    for (int i = 0; i < n; i++) {
        const char *entry = list + (size_t)i * stride;
        size_t size = strlen(entry);
        if ((best < 0 || size > *length) && strncmp(s, entry, size) == 0) {
            best = i;
            *length = size;
        }
    }
    return best;
}

static int
find_hangul(const char *name, uint32_t *out)
{
    size_t n;
    const char *p = name + sizeof hangul_prefix - 1;
    int lead = longest(hangul_leads[0], ARRAY_LEN(hangul_leads), sizeof hangul_leads[0], p, &n);
    p += n;
    int vowel = longest(hangul_vowels[0], ARRAY_LEN(hangul_vowels), sizeof hangul_vowels[0], p, &n);
    p += n;
    int tail = longest(hangul_tails[0], ARRAY_LEN(hangul_tails), sizeof hangul_tails[0], p, &n);
    p += n;
    if (lead < 0 || vowel < 0 || tail < 0 || *p != 0)
        return 0;
    out[0] = (uint32_t)(HANGUL + (lead * HANGUL_VOWELS + vowel) * HANGUL_TAILS + tail);
    return 1;
}

/* Names that end in their code point: exactly as many hexadecimal digits as needed. */
static int
find_computed(const char *name, uint32_t *out)
{
    for (size_t i = 0; i < ARRAY_LEN(uniname_ranges); i++) {
        size_t n = strlen(uniname_ranges[i].prefix);
        if (strncmp(name, uniname_ranges[i].prefix, n) != 0)
            continue;
        uint32_t ch = 0;
        const char *p = name + n;
        for (; *p && p < name + n + 5; p++) {
            if (!((*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'F')))
                break;
            ch = ch * 16 + (uint32_t)(*p <= '9' ? *p - '0' : *p - 'A' + 10);
        }
        if (*p == 0 && p >= name + n + 4 && ch >= uniname_ranges[i].first &&
            ch <= uniname_ranges[i].last) {
            out[0] = ch;
            return 1;
        }
    }
    return 0;
}

int
uniname_find(const char *name, size_t length, enum uniname_kinds kinds, uint32_t out[4])
{
    char upper[UNINAME_MAX], line[3 * UNINAME_MAX + 2];
    if (length == 0 || length >= UNINAME_MAX)
        return 0;
    for (size_t i = 0; i < length; i++) {
        char c = name[i];
        upper[i] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
        if (upper[i] == 0)
            return 0;
    }
    upper[length] = 0;
    /* The reference knows these two families in capitals only. */
    if (memcmp(name, upper, length) == 0 &&
        strncmp(upper, hangul_prefix, sizeof hangul_prefix - 1) == 0)
        return find_hangul(upper, out);
    if ((memcmp(name, upper, length) == 0 || strncmp(upper, "CJK UNIFIED", 11) != 0) &&
        find_computed(upper, out))
        return 1;
    size_t size = encode_name(upper, length, line);
    if (size == 0)
        return 0;
    ptrdiff_t at = search_find(1, uniname_text, sizeof uniname_text - 1, line, (ptrdiff_t)size);
    if (at < 0)
        return 0;
    uint32_t number = number_at((uint32_t)at + 1);
    if (number < FIRST_EXTRA) {
        out[0] = number;
        return 1;
    }
    number -= FIRST_EXTRA;
    if (number < UNINAME_ALIASES) {
        out[0] = uniname_alias_targets[number];
        return kinds >= UNINAME_WITH_ALIASES;
    }
    number -= UNINAME_ALIASES;
    if (kinds < UNINAME_WITH_SEQUENCES || number >= UNINAME_SEQUENCES)
        return 0;
    int n = 0;
    while (n < 4 && uniname_sequence_targets[number * 4 + (uint32_t)n] != 0) {
        out[n] = uniname_sequence_targets[number * 4 + (uint32_t)n];
        n++;
    }
    return n;
}
