/* Characters for the matcher: categories, sets, case. */
#include <ctype.h>
#include "modules/_sre/sre.h"

Py_UCS4
lower_ascii(Py_UCS4 c)
{
    return c < 128 ? Py_TOLOWER(c) : c;
}

Py_UCS4
lower_locale(Py_UCS4 c)
{
    return c < 256 ? (Py_UCS4)tolower((int)c) : c;
}

Py_UCS4
upper_locale(Py_UCS4 c)
{
    return c < 256 ? (Py_UCS4)toupper((int)c) : c;
}

Py_UCS4
lower_unicode(Py_UCS4 c)
{
    return Py_UNICODE_TOLOWER(c);
}

Py_UCS4
upper_unicode(Py_UCS4 c)
{
    return Py_UNICODE_TOUPPER(c);
}

static inline bool
is_word(Py_UCS4 c)
{
    return c < 128 && (Py_ISALNUM(c) || c == '_');
}

bool
category_has(enum category category, Py_UCS4 c)
{
    switch (category) {
    case CAT_DIGIT:
        return c < 128 && Py_ISDIGIT(c);
    case CAT_NOT_DIGIT:
        return !(c < 128 && Py_ISDIGIT(c));
    case CAT_SPACE:
        return c < 128 && Py_ISSPACE(c);
    case CAT_NOT_SPACE:
        return !(c < 128 && Py_ISSPACE(c));
    case CAT_WORD:
        return is_word(c);
    case CAT_NOT_WORD:
        return !is_word(c);
    case CAT_LINEBREAK:
        return c == '\n';
    case CAT_NOT_LINEBREAK:
        return c != '\n';
    case CAT_LOC_WORD:
        return c < 256 && (isalnum((int)c) || c == '_');
    case CAT_LOC_NOT_WORD:
        return !(c < 256 && (isalnum((int)c) || c == '_'));
    case CAT_UNI_DIGIT:
        return Py_UNICODE_ISDECIMAL(c);
    case CAT_UNI_NOT_DIGIT:
        return !Py_UNICODE_ISDECIMAL(c);
    case CAT_UNI_SPACE:
        return Py_UNICODE_ISSPACE(c);
    case CAT_UNI_NOT_SPACE:
        return !Py_UNICODE_ISSPACE(c);
    case CAT_UNI_WORD:
        return Py_UNICODE_ISALNUM(c) || c == '_';
    case CAT_UNI_NOT_WORD:
        return !(Py_UNICODE_ISALNUM(c) || c == '_');
    case CAT_UNI_LINEBREAK:
        return Py_UNICODE_ISLINEBREAK(c);
    case CAT_UNI_NOT_LINEBREAK:
        return !Py_UNICODE_ISLINEBREAK(c);
    }
    return false;
}

/* Run a set program: items until FAILURE; NEGATE turns the answer of what follows around. */
bool
set_has(const Word *set, Py_UCS4 c)
{
    bool ok = true;
    for (;;) {
        switch ((enum opcode)*set++) {
        case OP_FAILURE:
            return !ok;
        case OP_LITERAL:
            if (c == *set++) {
                return ok;
            }
            break;
        case OP_CATEGORY:
            if (category_has((enum category)*set++, c)) {
                return ok;
            }
            break;
        case OP_CHARSET:
            if (c < 256 && (set[c / 32] & (1u << (c & 31)))) {
                return ok;
            }
            set += SETWORDS;
            break;
        case OP_RANGE:
            if (set[0] <= c && c <= set[1]) {
                return ok;
            }
            set += 2;
            break;
        case OP_RANGE_UNI_IGNORE: {
            if (set[0] <= c && c <= set[1]) {
                return ok;
            }
            Py_UCS4 upper = upper_unicode(c);
            if (set[0] <= upper && upper <= set[1]) {
                return ok;
            }
            set += 2;
            break;
        }
        case OP_NEGATE:
            ok = !ok;
            break;
        case OP_BIGCHARSET: {
            Word chunks = *set++;
            if (c < 65536) {
                unsigned char chunk = ((const unsigned char *)set)[c >> 8];
                const Word *bits = set + 64 + chunk * SETWORDS;
                if (bits[(c & 255) / 32] & (1u << (c & 31))) {
                    return ok;
                }
            }
            set += 64 + chunks * SETWORDS;
            break;
        }
        default:                /* refused by code_is_valid */
            return false;
        }
    }
}

bool
set_has_locale(const Word *set, Py_UCS4 c)
{
    Py_UCS4 lower = lower_locale(c);
    if (set_has(set, lower)) {
        return true;
    }
    Py_UCS4 upper = upper_locale(c);
    return upper != lower && set_has(set, upper);
}

bool
item_accepts(const Word *pc, Py_UCS4 c)
{
    switch ((enum opcode)pc[0]) {
    case OP_ANY:
        return c != '\n';
    case OP_ANY_ALL:
        return true;
    case OP_LITERAL:
        return c == pc[1];
    case OP_NOT_LITERAL:
        return c != pc[1];
    case OP_LITERAL_IGNORE:
        return lower_ascii(c) == pc[1];
    case OP_NOT_LITERAL_IGNORE:
        return lower_ascii(c) != pc[1];
    case OP_LITERAL_UNI_IGNORE:
        return lower_unicode(c) == pc[1];
    case OP_NOT_LITERAL_UNI_IGNORE:
        return lower_unicode(c) != pc[1];
    case OP_LITERAL_LOC_IGNORE:
        return c == pc[1] || lower_locale(c) == pc[1] || upper_locale(c) == pc[1];
    case OP_NOT_LITERAL_LOC_IGNORE:
        return !(c == pc[1] || lower_locale(c) == pc[1] || upper_locale(c) == pc[1]);
    case OP_IN:
        return set_has(pc + 2, c);
    case OP_IN_IGNORE:
        return set_has(pc + 2, lower_ascii(c));
    case OP_IN_UNI_IGNORE:
        return set_has(pc + 2, lower_unicode(c));
    case OP_IN_LOC_IGNORE:
        return set_has_locale(pc + 2, c);
    case OP_CATEGORY:
        return category_has((enum category)pc[1], c);
    default:
        return false;
    }
}
