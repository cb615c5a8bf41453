/* Names of token types, and the types of operators by their characters: the ABI's PyToken_*. */
#include "compile/token.h"

const char *const _PyParser_TokenNames[] = {
    "ENDMARKER", "NAME", "NUMBER", "STRING", "NEWLINE", "INDENT", "DEDENT", "LPAR", "RPAR", "LSQB",
    "RSQB", "COLON", "COMMA", "SEMI", "PLUS", "MINUS", "STAR", "SLASH", "VBAR", "AMPER", "LESS",
    "GREATER", "EQUAL", "DOT", "PERCENT", "LBRACE", "RBRACE", "EQEQUAL", "NOTEQUAL", "LESSEQUAL",
    "GREATEREQUAL", "TILDE", "CIRCUMFLEX", "LEFTSHIFT", "RIGHTSHIFT", "DOUBLESTAR", "PLUSEQUAL",
    "MINEQUAL", "STAREQUAL", "SLASHEQUAL", "PERCENTEQUAL", "AMPEREQUAL", "VBAREQUAL",
    "CIRCUMFLEXEQUAL", "LEFTSHIFTEQUAL", "RIGHTSHIFTEQUAL", "DOUBLESTAREQUAL", "DOUBLESLASH",
    "DOUBLESLASHEQUAL", "AT", "ATEQUAL", "RARROW", "ELLIPSIS", "COLONEQUAL", "OP", "AWAIT", "ASYNC",
    "TYPE_IGNORE", "TYPE_COMMENT", "SOFT_KEYWORD", "<ERRORTOKEN>",
    /* Numbers that only the module tokenize uses. */
    "<COMMENT>", "<NL>", "<ENCODING>", "<N_TOKENS>",
};
_Static_assert(ARRAY_LEN(_PyParser_TokenNames) == ERRORTOKEN + 5, "one name for each token type");

/* The characters of an operator, first in the highest byte in use. */
#define PACK2(a, b) ((a) << 8 | (b))
#define PACK3(a, b, c) ((a) << 16 | (b) << 8 | (c))

static const struct {
    int characters;
    int type;
} operators[] = {
    {'%', PERCENT}, {'&', AMPER}, {'(', LPAR}, {')', RPAR}, {'*', STAR}, {'+', PLUS}, {',', COMMA},
    {'-', MINUS}, {'.', DOT}, {'/', SLASH}, {':', COLON}, {';', SEMI}, {'<', LESS}, {'=', EQUAL},
    {'>', GREATER}, {'@', AT}, {'[', LSQB}, {']', RSQB}, {'^', CIRCUMFLEX}, {'{', LBRACE},
    {'|', VBAR}, {'}', RBRACE}, {'~', TILDE},
    {PACK2('!', '='), NOTEQUAL}, {PACK2('%', '='), PERCENTEQUAL}, {PACK2('&', '='), AMPEREQUAL},
    {PACK2('*', '*'), DOUBLESTAR}, {PACK2('*', '='), STAREQUAL}, {PACK2('+', '='), PLUSEQUAL},
    {PACK2('-', '='), MINEQUAL}, {PACK2('-', '>'), RARROW}, {PACK2('/', '/'), DOUBLESLASH},
    {PACK2('/', '='), SLASHEQUAL}, {PACK2(':', '='), COLONEQUAL}, {PACK2('<', '<'), LEFTSHIFT},
    {PACK2('<', '='), LESSEQUAL}, {PACK2('<', '>'), NOTEQUAL}, {PACK2('=', '='), EQEQUAL},
    {PACK2('>', '='), GREATEREQUAL}, {PACK2('>', '>'), RIGHTSHIFT}, {PACK2('@', '='), ATEQUAL},
    {PACK2('^', '='), CIRCUMFLEXEQUAL}, {PACK2('|', '='), VBAREQUAL},
    {PACK3('*', '*', '='), DOUBLESTAREQUAL}, {PACK3('.', '.', '.'), ELLIPSIS},
    {PACK3('/', '/', '='), DOUBLESLASHEQUAL}, {PACK3('<', '<', '='), LEFTSHIFTEQUAL},
    {PACK3('>', '>', '='), RIGHTSHIFTEQUAL},
};

/* OP for what is no operator. */
static int
operator_type(int characters)
{
    for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
        if (operators[i].characters == characters) {
            return operators[i].type;
        }
    }
    return OP;
}

static bool
is_ascii(int a, int b, int c)
{
    return ((a | b | c) & ~127) == 0;
}

int
PyToken_OneChar(int a)
{
    return is_ascii(a, 0, 0) ? operator_type(a) : OP;
}

int
PyToken_TwoChars(int a, int b)
{
    return is_ascii(a, b, 0) && a != 0 ? operator_type(PACK2(a, b)) : OP;
}

int
PyToken_ThreeChars(int a, int b, int c)
{
    return is_ascii(a, b, c) && a != 0 ? operator_type(PACK3(a, b, c)) : OP;
}
