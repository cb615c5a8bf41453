/* Kernels over plain memory, compiled for the widest vectors that the processor has.

   A kernel is written once, with the vector types below.  KERNEL compiles it twice: for every
   processor of the architecture (GCC takes a 32-byte vector apart) and, on x86-64, for those with
   AVX2.  Which one runs is asked of the dynamic linker's table of the processor's features for
   each call: no state is kept, and starting a process costs nothing. */
#ifndef KRAIT_BASE_SIMD_H
#define KRAIT_BASE_SIMD_H

#include "base/common.h"
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "lanes of vectors are taken out of little-endian words"
#endif

typedef uint8_t bytes32 __attribute__((vector_size(32)));
typedef uint16_t shorts32 __attribute__((vector_size(32)));
typedef uint32_t ints32 __attribute__((vector_size(32)));
typedef uint64_t words32 __attribute__((vector_size(32)));
typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint16_t shorts16 __attribute__((vector_size(16)));

#if defined(__x86_64__) && defined(__GLIBC__)
#include <immintrin.h>
#include <sys/platform/x86.h>

/* Whether the processor and the system have a feature, by its name in <sys/platform/x86.h>. */
#define SIMD_FEATURE(name) CPU_FEATURE_ACTIVE(name)
#define WIDE __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt")))

/* Whether functions marked WIDE may be called. */
static inline bool
simd_wide(void)
{
    return SIMD_FEATURE(AVX2) && SIMD_FEATURE(BMI2);
}
#else
#define WIDE

static inline bool
simd_wide(void)
{
    return false;
}
#endif

enum { SIMD_WORTH = 64 }; /* fewer units than this are not worth the question */

/* Bytes from which on another kernel pays; so far ahead a long text is fetched into the nearest cache. */
enum { SIMD_LONG = 4096 };

/* Defines the function `name` of these parameters, one of which is the number of units, n; the
   body follows and has one parameter more, the constant `wide`, for simd_any.  STATIC_KERNEL: for
   this file alone. */
#define KERNEL(type, name, parameters, arguments) KERNEL_NAMED(, type, name, parameters, arguments)
#define STATIC_KERNEL(type, name, parameters, arguments)                                           \
    KERNEL_NAMED(static, type, name, parameters, arguments)
#define KERNEL_NAMED(linkage, type, name, parameters, arguments)                                   \
    static ALWAYS_INLINE type name##_kernel SIMD_ALSO_WIDE parameters;                             \
    WIDE static type name##_wide parameters                                                        \
    {                                                                                              \
        return name##_kernel SIMD_ALSO_TRUE arguments;                                             \
    }                                                                                              \
    linkage type name parameters                                                                   \
    {                                                                                              \
        if ((size_t)n >= SIMD_WORTH && simd_wide())                                                \
            return name##_wide arguments;                                                          \
        return name##_kernel SIMD_ALSO_FALSE arguments;                                            \
    }                                                                                              \
    static ALWAYS_INLINE type name##_kernel SIMD_ALSO_WIDE parameters
#define SIMD_ALSO_WIDE(...) (const bool wide, __VA_ARGS__)
#define SIMD_ALSO_TRUE(...) (true, __VA_ARGS__)
#define SIMD_ALSO_FALSE(...) (false, __VA_ARGS__)

/* The 32 bytes at p, which need not be aligned. */
static ALWAYS_INLINE bytes32
simd_load(const void *p)
{
    bytes32 v;
    memcpy(&v, p, sizeof v);
    return v;
}

static ALWAYS_INLINE void
simd_store(void *p, bytes32 v)
{
    memcpy(p, &v, sizeof v);
}

/* Whether a bit is set anywhere.  Where `wide` is true at compile time one instruction tells. */
static ALWAYS_INLINE bool
simd_any(const bool wide, bytes32 v)
{
    words32 w = (words32)v;
#if defined(SIMD_FEATURE) && defined(__OPTIMIZE__)
    typedef long long quads32 __attribute__((vector_size(32)));
    if (__builtin_constant_p(wide) && wide)
        return !__builtin_ia32_ptestz256((quads32)w, (quads32)w);
#endif
    return ((w[0] | w[1]) | (w[2] | w[3])) != 0;
}

#endif
