/* What every file may use without knowing of objects: result types and compiler attributes.

   `status`: 0 done, -1 failed.   `truth`: 1 yes, 0 no, -1 failed. */
#ifndef KRAIT_BASE_COMMON_H
#define KRAIT_BASE_COMMON_H

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

typedef int status;
typedef int truth;

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define NOINLINE __attribute__((noinline))
#define ALWAYS_INLINE inline __attribute__((always_inline))
/* Parts of a page that are written to cost the whole page: static objects that every start writes to stand together. */
#define WRITTEN __attribute__((section("krait_written"), aligned(8)))
/* And a page that is read costs its neighbours: what hardly any program reads stands apart from what all read. */
#define DOCUMENTATION __attribute__((section("krait_docs"), aligned(1)))
#define RARELY_READ __attribute__((section("krait_tables")))
#define COLD __attribute__((cold, noinline))
#define UNUSED __attribute__((unused))
#define FALLTHROUGH __attribute__((fallthrough))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
