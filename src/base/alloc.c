/* The three memory domains of the C API.

   raw is malloc and needs no GIL.  mem and obj are size-class pages up to PAGE_MAX and malloc above;
   a block is told apart by its address.  Hooks (PyMem_SetAllocator) see every request, also those
   for collected objects: these pass `wanted_kind` behind the hook's back to the function at the
   bottom, because a collected block must come from a page with side bytes.  */
#include "base/alloc.h"
#include "base/os.h"
#include "base/pages_asan.h"
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* ---- the functions at the bottom ---------------------------------------------------------- */

static void *
raw_malloc(void *Py_UNUSED(ctx), size_t n)
{
    return malloc(n ? n : 1);
}

static void *
raw_calloc(void *Py_UNUSED(ctx), size_t count, size_t size)
{
    return count && size ? calloc(count, size) : calloc(1, 1);
}

static void *
raw_realloc(void *Py_UNUSED(ctx), void *p, size_t n)
{
    return realloc(p, n ? n : 1);
}

static void
raw_free(void *Py_UNUSED(ctx), void *p)
{
    free(p);
}

/* AddressSanitizer sees more of malloc's blocks than of ours. */
#ifdef KRAIT_ASAN
enum { ONLY_MALLOC = 1 };
#else
enum { ONLY_MALLOC = 0 };
#endif

static ALWAYS_INLINE void *
block_malloc(unsigned kind, size_t n)
{
    if (ONLY_MALLOC) {
        return counted_malloc(n ? n : 1);
    }
    if (likely(n - 1 < PAGE_MAX)) {
        return page_alloc_class(kind & PAGE_KIND_MASK, size_class_of(kind, n));
    }
    return n == 0                                    ? page_alloc_class(kind & PAGE_KIND_MASK, 2)
           : (kind & PAGE_KIND_MASK) == PAGE_PLAIN ? large_plain_alloc(n, false)
                                                     : malloc(n);
}

/* A small block at once, where nothing but pages is in the way; else NULL. */
static ALWAYS_INLINE void *
block_malloc_small(unsigned kind, size_t n)
{
    return likely(!ONLY_MALLOC && !krait_alloc.hooked && krait_heap.ready && n - 1 < PAGE_MAX)
               ? page_alloc_class(kind & PAGE_KIND_MASK, size_class_of(kind, n))
               : NULL;
}

static ALWAYS_INLINE void *
block_calloc(unsigned kind, size_t count, size_t size)
{
    size_t n;
    if (__builtin_mul_overflow(count, size, &n)) {
        return NULL;
    }
    if (ONLY_MALLOC) {
        return counted_calloc(n ? n : 1);
    }
    if (n > PAGE_MAX) {
        return kind == PAGE_PLAIN ? large_plain_alloc(n, true) : calloc(1, n);
    }
    void *p = block_malloc(kind, n);
    return p == NULL ? NULL : memset(p, 0, n);
}

static ALWAYS_INLINE void
block_free(void *p)
{
    if (likely(heap_has(p))) {
        page_free_block(page_of(p), p);
    }
    else if (ONLY_MALLOC) {
        counted_free(p);
    }
    else {
        large_plain_free(p);
    }
}

static ALWAYS_INLINE void *
block_realloc(unsigned kind, void *p, size_t n)
{
    if (p == NULL) {
        return block_malloc(kind, n);
    }
    if (!heap_has(p)) {
        if (n > PAGE_MAX || ONLY_MALLOC) {
            return ONLY_MALLOC ? counted_realloc(p, n ? n : 1) : large_plain_realloc(p, n);
        }
        /* Shrunk below the limit, or one of the first of its class: the block moves to a page. */
        size_t room = malloc_usable_size(p);
        if (n <= room && n > room - (room >> 2)) {
            return p;
        }
        void *small = block_malloc(kind, n);
        if (small != NULL) {
            memcpy(small, p, n < room ? n : room);
            large_plain_free(p);
        }
        return small;
    }
    size_t room = page_of(p)->block;
    if (n <= room && (n > room - (room >> 2) || room <= 16) &&
        (kind & PAGE_TIGHT || !((uintptr_t)p & 8))) {
        return p;
    }
    void *moved = block_malloc(kind, n);
    if (moved == NULL) {
        return n <= room ? p : NULL;    /* shrinking never fails */
    }
    memcpy(moved, p, n < room ? n : room);
    block_free(p);
    return moved;
}

static void *
mem_malloc(void *Py_UNUSED(ctx), size_t n)
{
    return block_malloc(PAGE_RAW, n);
}

static void *
mem_calloc(void *Py_UNUSED(ctx), size_t count, size_t size)
{
    return block_calloc(PAGE_RAW, count, size);
}

static void *
mem_realloc(void *Py_UNUSED(ctx), void *p, size_t n)
{
    return block_realloc(PAGE_RAW, p, n);
}

static void
mem_free(void *Py_UNUSED(ctx), void *p)
{
    if (p != NULL) {
        block_free(p);
    }
}

static void *
obj_malloc(void *Py_UNUSED(ctx), size_t n)
{
    unsigned kind = krait_alloc.wanted_kind;
    if (unlikely(kind != 0)) {
        krait_alloc.wanted_kind = 0;
        return page_alloc_block(kind, n ? n : 1);
    }
    return block_malloc(PAGE_PLAIN, n);
}

/* The obj domain on malloc (PYTHONMALLOC=malloc): collected blocks still lie in pages. */
static void *
obj_on_malloc(void *Py_UNUSED(ctx), size_t n)
{
    unsigned kind = krait_alloc.wanted_kind;
    if (kind != 0) {
        krait_alloc.wanted_kind = 0;
        return page_alloc_block(kind, n ? n : 1);
    }
    return malloc(n ? n : 1);
}

static void
obj_on_malloc_free(void *Py_UNUSED(ctx), void *p)
{
    if (p != NULL && heap_collects(p)) {
        page_free_block(page_of(p), p);
    }
    else {
        free(p);
    }
}

static void *
obj_calloc(void *Py_UNUSED(ctx), size_t count, size_t size)
{
    return block_calloc(PAGE_PLAIN, count, size);
}

static void *
obj_realloc(void *Py_UNUSED(ctx), void *p, size_t n)
{
    return block_realloc(PAGE_PLAIN, p, n);
}

/* ---- debug hooks -------------------------------------------------------------------------- */

/* A debug block: 8 bytes size (big endian), 1 byte API letter, 7 pad bytes | data | 8 pad bytes,
   8 bytes serial number.  Fresh data is 0xCD, dead data 0xDD, pads 0xFD. */
enum { FRESH = 0xCD, DEAD = 0xDD, PAD = 0xFD, WORD = 8, GUARD = 3 * WORD };

static struct DebugApi *
debug_api(PyMemAllocatorDomain domain)
{
    struct DebugApi *api = &krait_alloc.debug_api[domain];
    api->letter = "rmo"[domain];
    return api;
}

static void
word_write(uint8_t *at, size_t value)
{
    for (int i = WORD - 1; i >= 0; i--) {
        at[i] = (uint8_t)value;
        value >>= 8;
    }
}

static size_t
word_read(const uint8_t *at)
{
    size_t value = 0;
    for (int i = 0; i < WORD; i++) {
        value = value << 8 | at[i];
    }
    return value;
}

static void
debug_show_pad(const uint8_t *at, const char *what, int n, const char *where)
{
    bool ok = true;
    for (int i = 0; i < n; i++) {
        ok = ok && at[i] == PAD;
    }
    fprintf(stderr, "    The %d pad bytes at %s", n, what);
    if (where != NULL) {
        fprintf(stderr, "%p", (const void *)at);
    }
    if (ok) {
        fputs(where ? " are FORBIDDENBYTE, as expected.\n" : " are FORBIDDENBYTE, as expected.\n", stderr);
        return;
    }
    fprintf(stderr, " are not all FORBIDDENBYTE (0x%02x):\n", PAD);
    for (int i = 0; i < n; i++) {
        if (where != NULL) {
            fprintf(stderr, "        at tail+%d: 0x%02x", i, at[i]);
        }
        else {
            fprintf(stderr, "        at p-%d: 0x%02x", n - i, at[i]);
        }
        fputs(at[i] != PAD ? " *** OUCH\n" : "\n", stderr);
    }
}

static void
debug_show(const uint8_t *p)
{
    if (p == NULL) {
        fputs("Debug memory block at address p=(nil):\n", stderr);
        return;
    }
    fprintf(stderr, "Debug memory block at address p=%p: API '%c'\n", (const void *)p, p[-WORD]);
    size_t n = word_read(p - 2 * WORD);
    fprintf(stderr, "    %zu bytes originally requested\n", n);
    debug_show_pad(p - WORD + 1, "p-7", WORD - 1, NULL);
    debug_show_pad(p + n, "tail=", WORD, "tail");
    if (n > 0) {
        fputs("    Data at p:", stderr);
        for (size_t i = 0; i < n; i++) {
            if (n > 16 && i == 8) {
                fputs(" ...", stderr);
                i = n - 8;
            }
            fprintf(stderr, " %02x", p[i]);
        }
        fputc('\n', stderr);
    }
    fputc('\n', stderr);
    fflush(stderr);
    alloc_site_print(fileno(stderr), p);
}

static void
debug_verify(const char *func, char letter, const uint8_t *p)
{
    const char *what = NULL;
    if (p == NULL) {
        _Py_FatalErrorFunc(func, "didn't expect a NULL pointer");
    }
    if ((char)p[-WORD] != letter) {
        debug_show(p);
        _Py_FatalErrorFormat(func, "bad ID: Allocated using API '%c', verified using API '%c'",
                             p[-WORD], letter);
    }
    for (int i = 1; i < WORD; i++) {
        if (p[-i] != PAD) {
            what = "bad leading pad byte";
        }
    }
    size_t n = what == NULL ? word_read(p - 2 * WORD) : 0;
    for (int i = 0; what == NULL && i < WORD; i++) {
        if (p[n + i] != PAD) {
            what = "bad trailing pad byte";
        }
    }
    if (what != NULL) {
        debug_show(p);
        _Py_FatalErrorFunc(func, what);
    }
}

static void *
debug_dress(struct DebugApi *api, uint8_t *block, size_t n)
{
    if (block == NULL) {
        return NULL;
    }
    word_write(block, n);
    block[WORD] = (uint8_t)api->letter;
    memset(block + WORD + 1, PAD, WORD - 1);
    memset(block + 2 * WORD + n, PAD, WORD);
    return block + 2 * WORD;
}

/* The raw domain is used without the GIL. */
static void
debug_count(struct DebugApi *api, Py_ssize_t by)
{
    __atomic_fetch_add(&api->blocks, by, __ATOMIC_RELAXED);
}

static void *
debug_raw_malloc(void *ctx, size_t n)
{
    struct DebugApi *api = ctx;
    if (n > (size_t)PY_SSIZE_T_MAX - GUARD) {
        return NULL;
    }
    uint8_t *p = debug_dress(api, api->below.malloc(api->below.ctx, n + GUARD), n);
    if (p != NULL) {
        debug_count(api, 1);
        memset(p, FRESH, n);
    }
    return p;
}

static void *
debug_raw_calloc(void *ctx, size_t count, size_t size)
{
    struct DebugApi *api = ctx;
    size_t n;
    if (__builtin_mul_overflow(count, size, &n) || n > (size_t)PY_SSIZE_T_MAX - GUARD) {
        return NULL;
    }
    uint8_t *p = debug_dress(api, api->below.calloc(api->below.ctx, 1, n + GUARD), n);
    if (p != NULL) {
        debug_count(api, 1);
    }
    return p;
}

static void
debug_raw_free(void *ctx, void *p)
{
    struct DebugApi *api = ctx;
    if (p == NULL) {
        return;
    }
    debug_verify("_PyMem_DebugRawFree", api->letter, p);
    debug_count(api, -1);
    uint8_t *block = (uint8_t *)p - 2 * WORD;
    memset(block, DEAD, word_read(block) + GUARD);
    api->below.free(api->below.ctx, block);
}

static void *
debug_raw_realloc(void *ctx, void *p, size_t n)
{
    struct DebugApi *api = ctx;
    if (p == NULL) {
        return debug_raw_malloc(ctx, n);
    }
    debug_verify("_PyMem_DebugRawRealloc", api->letter, p);
    if (n > (size_t)PY_SSIZE_T_MAX - GUARD) {
        return NULL;
    }
    size_t old = word_read((uint8_t *)p - 2 * WORD);
    uint8_t *block = api->below.realloc(api->below.ctx, (uint8_t *)p - 2 * WORD, n + GUARD);
    if (block == NULL) {
        return NULL;
    }
    uint8_t *data = debug_dress(api, block, n);
    if (n > old) {
        memset(data + old, FRESH, n - old);
    }
    return data;
}

static void
debug_need_gil(const char *func)
{
    if (!PyGILState_Check()) {
        _Py_FatalErrorFunc(func, "Python memory allocator called without holding the GIL");
    }
}

/* Bytes at the begin of a collected block that may be written. */
static size_t
collected_room(const void *block)
{
    const struct Page *page = page_of(block);
#ifdef KRAIT_ASAN
    if (page->watch != NULL) {
        return page->watch[page_block_index(page, block)].size;
    }
#endif
    return page->arena != NULL ? page->block : page->mapping - page->first;
}

/* A collected block begins at the page's own address, so its guard stands behind it: pad bytes from
   the end of the data to the last word of the block, which holds the size under GUARD_MARK. */
#define GUARD_MARK ((size_t)0xFDFD << 48)

static void *
guard_dress(uint8_t *block, size_t n)
{
    size_t room = collected_room(block);
    size_t word = n | GUARD_MARK;
    memset(block, FRESH, n);
    memset(block + n, PAD, room - n < 64 ? room - n : 64);
    memcpy(block + room - WORD, &word, WORD);
    return block;
}

/* Check the guard and poison the block.  Blocks from before the hooks have none. */
static void
guard_undress(uint8_t *block)
{
    size_t room = collected_room(block), word;
    memcpy(&word, block + room - WORD, WORD);
    size_t n = word & ~GUARD_MARK;
    if ((word & GUARD_MARK) == GUARD_MARK && n <= room - WORD) {
        for (size_t i = n; i < room - WORD && i < n + 64; i++) {
            if (block[i] != PAD) {
                fprintf(stderr, "collected block %p of %zu bytes: byte %zu behind it is 0x%02x\n",
                        (void *)block, n, i - n, block[i]);
                _Py_FatalErrorFunc("collected_free", "bad trailing pad byte");
            }
        }
    }
#ifdef KRAIT_DEBUG
    else {
        _Py_FatalErrorFunc("collected_free", "the size behind a collected block is overwritten");
    }
#endif
    memset(block, DEAD, room < PAGE_BYTES ? room : 64);
}

static void *
debug_malloc(void *ctx, size_t n)
{
    struct DebugApi *api = ctx;
    debug_need_gil("_PyMem_DebugMalloc");
    if (krait_alloc.wanted_kind != 0 && api->below.malloc != raw_malloc) {
        void *p = api->below.malloc(api->below.ctx, n + 2 * WORD);
        return p == NULL || !heap_collects(p) ? p : guard_dress(p, n);
    }
    return debug_raw_malloc(ctx, n);
}

static void *
debug_calloc(void *ctx, size_t count, size_t size)
{
    debug_need_gil("_PyMem_DebugCalloc");
    return debug_raw_calloc(ctx, count, size);
}

static void
debug_free(void *ctx, void *p)
{
    struct DebugApi *api = ctx;
    debug_need_gil("_PyMem_DebugFree");
    if (p != NULL && heap_collects(p)) {
        guard_undress(p);
        api->below.free(api->below.ctx, p);
        return;
    }
    debug_raw_free(ctx, p);
}

static void *
debug_realloc(void *ctx, void *p, size_t n)
{
    debug_need_gil("_PyMem_DebugRealloc");
    return debug_raw_realloc(ctx, p, n);
}

/* ---- choosing ----------------------------------------------------------------------------- */

static void *
arena_map(void *Py_UNUSED(ctx), size_t n)
{
    return os_map(n);
}

static void
arena_unmap(void *Py_UNUSED(ctx), void *p, size_t n)
{
    os_unmap(p, n);
}

static const PyMemAllocatorEx plain_raw = {NULL, raw_malloc, raw_calloc, raw_realloc, raw_free};
static const PyMemAllocatorEx plain_mem = {NULL, mem_malloc, mem_calloc, mem_realloc, mem_free};
static const PyMemAllocatorEx plain_obj = {NULL, obj_malloc, obj_calloc, obj_realloc, mem_free};
static const PyMemAllocatorEx malloc_obj = {NULL, obj_on_malloc, raw_calloc, raw_realloc, obj_on_malloc_free};

static void
alloc_settle(void)
{
    struct Allocators *a = &krait_alloc;
    a->hooked = a->domain[PYMEM_DOMAIN_MEM].malloc != mem_malloc ||
                a->domain[PYMEM_DOMAIN_OBJ].malloc != obj_malloc;
    a->chained = -1;
}

static COLD void
alloc_ready(void)
{
    struct Allocators *a = &krait_alloc;
    heap_init();
    a->domain[PYMEM_DOMAIN_RAW] = plain_raw;
    a->domain[PYMEM_DOMAIN_MEM] = plain_mem;
    a->domain[PYMEM_DOMAIN_OBJ] = plain_obj;
    a->arena = (PyObjectArenaAllocator){NULL, arena_map, arena_unmap};
    a->ready = 1;
}

static ALWAYS_INLINE PyMemAllocatorEx *
domain_peek(PyMemAllocatorDomain domain)
{
    if (unlikely(!krait_alloc.ready)) {
        alloc_ready();
    }
    return &krait_alloc.domain[domain];
}

void
PyMem_GetAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *allocator)
{
    if ((unsigned)domain <= PYMEM_DOMAIN_OBJ) {
        *allocator = *domain_peek(domain);
    }
    else {
        memset(allocator, 0, sizeof *allocator);
    }
}

void
PyMem_SetAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *allocator)
{
    if ((unsigned)domain <= PYMEM_DOMAIN_OBJ) {
        *domain_peek(domain) = *allocator;
        alloc_settle();
    }
}

void
PyObject_GetArenaAllocator(PyObjectArenaAllocator *allocator)
{
    domain_peek(PYMEM_DOMAIN_RAW);
    *allocator = krait_alloc.arena;
}

void
PyObject_SetArenaAllocator(PyObjectArenaAllocator *allocator)
{
    domain_peek(PYMEM_DOMAIN_RAW);
    krait_alloc.arena = *allocator;
}

static void
debug_install(PyMemAllocatorDomain domain)
{
    PyMemAllocatorEx *now = domain_peek(domain);
    struct DebugApi *api = debug_api(domain);
    if (now->ctx == api) {
        return;
    }
    api->below = *now;
    if (domain == PYMEM_DOMAIN_RAW) {
        *now = (PyMemAllocatorEx){api, debug_raw_malloc, debug_raw_calloc, debug_raw_realloc,
                                  debug_raw_free};
    }
    else {
        *now = (PyMemAllocatorEx){api, debug_malloc, debug_calloc, debug_realloc, debug_free};
    }
}

void
PyMem_SetupDebugHooks(void)
{
    debug_install(PYMEM_DOMAIN_RAW);
    debug_install(PYMEM_DOMAIN_MEM);
    debug_install(PYMEM_DOMAIN_OBJ);
    krait_alloc.debug = 1;
    alloc_settle();
}

/* The allocator of one domain as the process starts with it; the former one in *old. */
int
_PyMem_SetDefaultAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *old)
{
    PyMemAllocatorEx *now = domain_peek(domain);
    if (old != NULL) {
        *old = *now;
    }
    *now = domain == PYMEM_DOMAIN_RAW ? plain_raw : domain == PYMEM_DOMAIN_MEM ? plain_mem : plain_obj;
    alloc_settle();
    return 0;
}

/* Set *allocator from the text of PYTHONMALLOC; -1 if it names none. */
int
_PyMem_GetAllocatorName(const char *name, PyMemAllocatorName *allocator)
{
    static const struct {
        const char *name;
        PyMemAllocatorName value;
    } names[] = {
        {"", PYMEM_ALLOCATOR_DEFAULT},
        {"default", PYMEM_ALLOCATOR_DEFAULT},
        {"debug", PYMEM_ALLOCATOR_DEBUG},
        {"pymalloc", PYMEM_ALLOCATOR_PYMALLOC},
        {"pymalloc_debug", PYMEM_ALLOCATOR_PYMALLOC_DEBUG},
        {"malloc", PYMEM_ALLOCATOR_MALLOC},
        {"malloc_debug", PYMEM_ALLOCATOR_MALLOC_DEBUG},
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (name == NULL || strcmp(name, names[i].name) == 0) {
            *allocator = names[i].value;
            return 0;
        }
    }
    return -1;
}

int
_PyMem_SetupAllocators(PyMemAllocatorName allocator)
{
    bool on_malloc = allocator == PYMEM_ALLOCATOR_MALLOC || allocator == PYMEM_ALLOCATOR_MALLOC_DEBUG;
#ifdef KRAIT_DEBUG
    if (allocator == PYMEM_ALLOCATOR_NOT_SET || allocator == PYMEM_ALLOCATOR_DEFAULT) {
        allocator = PYMEM_ALLOCATOR_DEBUG;
    }
#endif
    if (allocator == PYMEM_ALLOCATOR_NOT_SET) {
        return 0;
    }
    if ((unsigned)allocator > PYMEM_ALLOCATOR_PYMALLOC_DEBUG) {
        return -1;
    }
    *domain_peek(PYMEM_DOMAIN_RAW) = plain_raw;
    krait_alloc.domain[PYMEM_DOMAIN_MEM] = on_malloc ? plain_raw : plain_mem;
    krait_alloc.domain[PYMEM_DOMAIN_OBJ] = on_malloc ? malloc_obj : plain_obj;
    krait_alloc.debug = 0;
    alloc_settle();
    if (allocator == PYMEM_ALLOCATOR_DEBUG || allocator == PYMEM_ALLOCATOR_MALLOC_DEBUG ||
        allocator == PYMEM_ALLOCATOR_PYMALLOC_DEBUG) {
        PyMem_SetupDebugHooks();
    }
    return 0;
}

/* The name PYTHONMALLOC would take for what is installed; NULL for foreign allocators. */
const char *
_PyMem_GetCurrentAllocatorName(void)
{
    const PyMemAllocatorEx *mem = domain_peek(PYMEM_DOMAIN_MEM);
    const struct DebugApi *api = debug_api(PYMEM_DOMAIN_MEM);
    bool debug = mem->ctx == api;
    if (debug) {
        mem = &api->below;
    }
    if (mem->malloc == mem_malloc) {
        return debug ? "pymalloc_debug" : "pymalloc";
    }
    if (mem->malloc == raw_malloc) {
        return debug ? "malloc_debug" : "malloc";
    }
    return NULL;
}

/* ---- the API ------------------------------------------------------------------------------ */

void *
PyMem_RawMalloc(size_t n)
{
    PyMemAllocatorEx *d = domain_peek(PYMEM_DOMAIN_RAW);
    return n > (size_t)PY_SSIZE_T_MAX ? NULL : d->malloc(d->ctx, n);
}

void *
PyMem_RawCalloc(size_t count, size_t size)
{
    PyMemAllocatorEx *d = domain_peek(PYMEM_DOMAIN_RAW);
    if (size != 0 && count > (size_t)PY_SSIZE_T_MAX / size) {
        return NULL;
    }
    return d->calloc(d->ctx, count, size);
}

void *
PyMem_RawRealloc(void *p, size_t n)
{
    PyMemAllocatorEx *d = domain_peek(PYMEM_DOMAIN_RAW);
    return n > (size_t)PY_SSIZE_T_MAX ? NULL : d->realloc(d->ctx, p, n);
}

void
PyMem_RawFree(void *p)
{
    PyMemAllocatorEx *d = domain_peek(PYMEM_DOMAIN_RAW);
    d->free(d->ctx, p);
}

void *
PyMem_Malloc(size_t n)
{
    void *p = block_malloc_small(PAGE_RAW, n);
    if (likely(p != NULL)) {
        return p;
    }
    if (unlikely(n > (size_t)PY_SSIZE_T_MAX)) {
        return NULL;
    }
    PyMemAllocatorEx *d = domain_peek(PYMEM_DOMAIN_MEM);
    return likely(!krait_alloc.hooked) ? block_malloc(PAGE_RAW, n) : d->malloc(d->ctx, n);
}

void *
PyMem_Calloc(size_t count, size_t size)
{
    if (size != 0 && count > (size_t)PY_SSIZE_T_MAX / size) {
        return NULL;
    }
    PyMemAllocatorEx *d = domain_peek(PYMEM_DOMAIN_MEM);
    return d->calloc(d->ctx, count, size);
}

void *
PyMem_Realloc(void *p, size_t n)
{
    PyMemAllocatorEx *d = domain_peek(PYMEM_DOMAIN_MEM);
    return n > (size_t)PY_SSIZE_T_MAX ? NULL : d->realloc(d->ctx, p, n);
}

void
PyMem_Free(void *p)
{
    if (likely(!krait_alloc.hooked)) {
        if (p != NULL) {
            block_free(p);
        }
        return;
    }
    PyMemAllocatorEx *d = domain_peek(PYMEM_DOMAIN_MEM);
    d->free(d->ctx, p);
}

void *
PyObject_Malloc(size_t n)
{
    void *p = block_malloc_small(PAGE_PLAIN, n);
    if (likely(p != NULL)) {
        return p;
    }
    if (unlikely(n > (size_t)PY_SSIZE_T_MAX)) {
        return NULL;
    }
    PyMemAllocatorEx *d = domain_peek(PYMEM_DOMAIN_OBJ);
    return likely(!krait_alloc.hooked) ? block_malloc(PAGE_PLAIN, n) : d->malloc(d->ctx, n);
}

void *
PyObject_Calloc(size_t count, size_t size)
{
    if (size != 0 && count > (size_t)PY_SSIZE_T_MAX / size) {
        return NULL;
    }
    PyMemAllocatorEx *d = domain_peek(PYMEM_DOMAIN_OBJ);
    return d->calloc(d->ctx, count, size);
}

void *
PyObject_Realloc(void *p, size_t n)
{
    PyMemAllocatorEx *d = domain_peek(PYMEM_DOMAIN_OBJ);
    return n > (size_t)PY_SSIZE_T_MAX ? NULL : d->realloc(d->ctx, p, n);
}

void
PyObject_Free(void *p)
{
    if (likely(!krait_alloc.hooked)) {
        if (p != NULL) {
            block_free(p);
        }
        return;
    }
    PyMemAllocatorEx *d = domain_peek(PYMEM_DOMAIN_OBJ);
    d->free(d->ctx, p);
}

/* ---- blocks of words ---------------------------------------------------------------------- */

void *
plain_malloc(size_t n)
{
    return likely(!krait_alloc.hooked) ? block_malloc(PAGE_PLAIN | PAGE_TIGHT, n) : PyObject_Malloc(n);
}

void *
plain_realloc(void *p, size_t n)
{
    return likely(!krait_alloc.hooked) ? block_realloc(PAGE_PLAIN | PAGE_TIGHT, p, n) : PyObject_Realloc(p, n);
}

void *
words_alloc(size_t n)
{
    return likely(!krait_alloc.hooked) ? block_malloc(PAGE_RAW | PAGE_TIGHT, n) : PyMem_Malloc(n);
}

void *
words_realloc(void *p, size_t n)
{
    return likely(!krait_alloc.hooked) ? block_realloc(PAGE_RAW | PAGE_TIGHT, p, n) : PyMem_Realloc(p, n);
}

/* A collected block while hooks are installed.  A hook that answers from a heap of its own has
   counted the request but cannot serve it: the block then comes from the pages all the same. */
/* Does the allocator of the obj domain end in ours?  One that does not (a program's own malloc) cannot
   serve collected objects: those then go by it.  Asked once after each change of the allocator. */
static bool
obj_is_chained(void)
{
    struct Allocators *a = &krait_alloc;
    if (unlikely(a->chained < 0)) {
        PyMemAllocatorEx *d = &a->domain[PYMEM_DOMAIN_OBJ];
        a->wanted_kind = PAGE_COLLECTED;
        void *p = d->malloc(d->ctx, 16);
        a->wanted_kind = 0;
        if (p == NULL) {
            return true;                /* memory is out, which says nothing */
        }
        a->chained = heap_collects(p);
        d->free(d->ctx, p);
    }
    return a->chained;
}

void *
collected_alloc_hooked(unsigned kind, size_t n)
{
    if (krait_alloc.chained == 0) {
        return page_alloc_block(kind, n);
    }
    PyMemAllocatorEx *d = &krait_alloc.domain[PYMEM_DOMAIN_OBJ];
    krait_alloc.wanted_kind = kind;
    void *p = d->malloc(d->ctx, n);
    krait_alloc.wanted_kind = 0;
    if (unlikely(krait_alloc.chained < 0) && p != NULL) {
        /* The first request tells, so that an allocator that fails on purpose fails here. */
        krait_alloc.chained = heap_collects(p);
        if (!krait_alloc.chained) {
            d->free(d->ctx, p);
            return page_alloc_block(kind, n);
        }
    }
    return p;
}

void
collected_free_hooked(void *block)
{
    if (!obj_is_chained()) {
        page_free_block(page_of(block), block);
        return;
    }
    PyMemAllocatorEx *d = &krait_alloc.domain[PYMEM_DOMAIN_OBJ];
    d->free(d->ctx, block);
}

void *
virtual_alloc(size_t n)
{
    domain_peek(PYMEM_DOMAIN_RAW);
    return krait_alloc.arena.alloc(krait_alloc.arena.ctx, n);
}

void
virtual_free(void *p, size_t n)
{
    krait_alloc.arena.free(krait_alloc.arena.ctx, p, n);
}

/* ---- copies ------------------------------------------------------------------------------- */

char *
_PyMem_RawStrdup(const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = PyMem_RawMalloc(n);
    return copy == NULL ? NULL : memcpy(copy, text, n);
}

char *
_PyMem_Strdup(const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = PyMem_Malloc(n);
    return copy == NULL ? NULL : memcpy(copy, text, n);
}

wchar_t *
_PyMem_RawWcsdup(const wchar_t *text)
{
    size_t n = (wcslen(text) + 1) * sizeof *text;
    wchar_t *copy = PyMem_RawMalloc(n);
    return copy == NULL ? NULL : memcpy(copy, text, n);
}

/* ---- statistics --------------------------------------------------------------------------- */

Py_ssize_t
_Py_GetAllocatedBlocks(void)
{
    size_t n = 0;
    for (unsigned kind = 0; kind < PAGE_KINDS; kind++) {
        n += heap_count(kind);
    }
    return (Py_ssize_t)n;
}

Py_ssize_t
alloc_blocks(void)
{
    if (!krait_alloc.debug) {
        return 0;
    }
    size_t n = heap_count(PAGE_COLLECTED) + heap_count(PAGE_COLLECTED_PRE);
    for (int i = 0; i < 3; i++) {
        n += (size_t)__atomic_load_n(&krait_alloc.debug_api[i].blocks, __ATOMIC_RELAXED);
    }
    return (Py_ssize_t)n;
}

/* One line of statistics: `<count> <name>s * <size> bytes each = <total>`. */
void
_PyDebugAllocatorStats(FILE *out, const char *name, int count, size_t size)
{
    char head[128];
    snprintf(head, sizeof head, "%d %ss * %zd bytes each", count, name, size);
    fprintf(out, "%-48s = %'20zu\n", head, (size_t)count * size);
}

/* What the pages hold, by kind and class.  Returns 1 if the pages serve obj at all. */
int
_PyObject_DebugMallocStats(FILE *out)
{
    static const char *const kinds[PAGE_KINDS] = {"raw", "plain", "collected", "with dict"};
    fprintf(out, "Small block threshold = %d, in %u size classes.\n\n", PAGE_MAX, PAGE_CLASSES - 2);
    fprintf(out, "%-10s %6s %7s %8s %10s %10s\n", "kind", "class", "size", "pages", "blocks", "free");
    for (unsigned kind = 0; kind < PAGE_KINDS; kind++) {
        for (unsigned c = 1; c < PAGE_CLASSES; c++) {
            size_t pages = 0, used = 0, room = 0;
            for (struct Page *p = krait_heap.all[kind]; p != NULL; p = p->all_next) {
                if (p->size_class == c) {
                    pages++;
                    used += p->used;
                    room += p->capacity;
                }
            }
            if (pages > 0) {
                fprintf(out, "%-10s %6u %7zu %8zu %10zu %10zu\n", kinds[kind], c,
                        size_class_bytes(c), pages, used, room - used);
            }
        }
    }
    fprintf(out, "\n# arenas allocated total           = %20zu\n# arenas highwater mark            = %20zu\n"
                 "# arenas allocated current         = %20zu\n",
            krait_heap.arena_total, krait_heap.arena_peak, krait_heap.arena_count);
    fprintf(out, "%zu arenas * %zu bytes/arena = %zu\n", krait_heap.arena_count, ARENA_BYTES,
            krait_heap.arena_count * ARENA_BYTES);
    return krait_alloc.domain[PYMEM_DOMAIN_OBJ].malloc == obj_malloc;
}
