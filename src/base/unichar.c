/* Character properties: a two-level table of small records.  See unichar.h. */
#include "base/unichar.h"

/* Differences to the simple mappings; `special` is 1 + the number of a group of four full
   mappings in unichar_special, or 0; decimal and digit are 255 for none. */
struct unichar_record {
    uint16_t flags;
    uint16_t special;
    int32_t lower, upper, title;
    uint8_t decimal, digit;
};

#include "base/unichar_data.h"

#define BLOCK 128

static inline const struct unichar_record *
record_of(uint32_t ch)
{
    if (unlikely(ch > 0x10ffff))
        return &unichar_records[0];
    return &unichar_records[unichar_blocks[unichar_index[ch / BLOCK] * BLOCK + ch % BLOCK]];
}

#define TEST(name, flag)                                                                           \
    bool unichar_is_##name(uint32_t ch)                                                            \
    {                                                                                              \
        return (record_of(ch)->flags & (flag)) != 0;                                               \
    }

TEST(alpha, UNICHAR_ALPHA)
TEST(decimal, UNICHAR_DECIMAL_DIGIT)
TEST(digit, UNICHAR_DIGIT)
TEST(numeric, UNICHAR_NUMERIC)
TEST(alnum, UNICHAR_ALPHA | UNICHAR_DECIMAL_DIGIT | UNICHAR_DIGIT | UNICHAR_NUMERIC)
TEST(lower, UNICHAR_LOWERCASE)
TEST(upper, UNICHAR_UPPERCASE)
TEST(title, UNICHAR_TITLECASE)
TEST(space, UNICHAR_WHITESPACE)
TEST(linebreak, UNICHAR_LINEBREAK)
TEST(printable, UNICHAR_PRINTABLE)
TEST(xid_start, UNICHAR_XID_START)
TEST(xid_continue, UNICHAR_XID_CONTINUE)
TEST(case_ignorable, UNICHAR_CASE_IGNORABLE)
TEST(cased, UNICHAR_CASED)

int
unichar_decimal(uint32_t ch)
{
    uint8_t value = record_of(ch)->decimal;
    return value == 255 ? -1 : value;
}

int
unichar_digit(uint32_t ch)
{
    uint8_t value = record_of(ch)->digit;
    return value == 255 ? -1 : value;
}

/* Runs of numbers that grow by `step` from one code point to the next. */
double
unichar_numeric(uint32_t ch)
{
    if (!unichar_is_numeric(ch))
        return -1.0;
    size_t low = 0, high = ARRAY_LEN(unichar_numbers);
    while (low + 1 < high) {
        size_t middle = (low + high) / 2;
        if (unichar_numbers[middle].start <= ch)
            low = middle;
        else
            high = middle;
    }
    uint32_t offset = ch - unichar_numbers[low].start;
    return unichar_numbers[low].value + (double)offset * unichar_numbers[low].step;
}

uint32_t
unichar_lower(uint32_t ch)
{
    return ch + (uint32_t)record_of(ch)->lower;
}

uint32_t
unichar_upper(uint32_t ch)
{
    return ch + (uint32_t)record_of(ch)->upper;
}

uint32_t
unichar_title(uint32_t ch)
{
    return ch + (uint32_t)record_of(ch)->title;
}

int
unichar_map(uint32_t ch, enum unichar_case form, uint32_t out[3])
{
    const struct unichar_record *r = record_of(ch);
    if (likely(r->special == 0)) {
        int32_t delta = form == UNICHAR_TO_UPPER   ? r->upper
                        : form == UNICHAR_TO_TITLE ? r->title
                                                   : r->lower;
        out[0] = ch + (uint32_t)delta;
        return 1;
    }
    const uint32_t *full = unichar_special + (r->special - 1) * 12 + (size_t)form * 3;
    int n = 0;
    while (n < 3 && full[n] != 0) {
        out[n] = full[n];
        n++;
    }
    return n;
}
