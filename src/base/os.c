/* The platform in a few functions; see os.h. */
#include "base/os.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

static void *
map_at(void *hint, size_t bytes)
{
    void *p = mmap(hint, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

void *
os_map(size_t bytes)
{
    return map_at(NULL, bytes);
}

void *
os_map_touched(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

void
os_touch(void *start, void *end)
{
#ifdef MADV_POPULATE_WRITE
    uintptr_t from = (uintptr_t)start & ~(uintptr_t)4095, to = ((uintptr_t)end + 4095) & ~(uintptr_t)4095;
    int saved = errno;
    madvise((void *)from, to - from, MADV_POPULATE_WRITE);
    errno = saved;
#endif
}

void
os_unmap(void *base, size_t bytes)
{
    /* munmap sets errno on failure only; callers free memory where errno is still needed */
    int saved = errno;
    munmap(base, bytes);
    errno = saved;
}

void
os_discard(void *base, size_t bytes)
{
    int saved = errno;
    madvise(base, bytes, MADV_DONTNEED);
    errno = saved;
}

void *
os_map_aligned(size_t bytes, size_t align)
{
    char *p = os_map(bytes);
    if (p == NULL || ((uintptr_t)p & (align - 1)) == 0) {
        return p;
    }
    os_unmap(p, bytes);
    /* Mappings grow downwards: a little further down there mostly is room, and the next one then
       fits below it without a gap. */
    char *below = (char *)((uintptr_t)p & ~(uintptr_t)(align - 1));
    if ((p = map_at(below, bytes)) == below) {
        return p;
    }
    if (p != NULL) {
        os_unmap(p, bytes);
    }
    if (bytes > SIZE_MAX - align || (p = os_map(bytes + align)) == NULL) {
        return NULL;
    }
    char *aligned = (char *)(((uintptr_t)p + align - 1) & ~(uintptr_t)(align - 1));
    if (aligned > p) {
        os_unmap(p, (size_t)(aligned - p));
    }
    size_t tail = (size_t)(p + align - aligned);
    if (tail > 0) {
        os_unmap(aligned + bytes, tail);
    }
    return aligned;
}

static status
random_device(char *buffer, size_t n)
{
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    while (n > 0) {
        ssize_t got = read(fd, buffer, n);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            int saved = got < 0 ? errno : EIO;
            close(fd);
            errno = saved;
            return -1;
        }
        buffer += got;
        n -= (size_t)got;
    }
    close(fd);
    return 0;
}

status
os_random(void *buffer, size_t n, bool blocking)
{
    char *at = buffer;
    while (n > 0) {
        ssize_t got = getrandom(at, n, blocking ? 0 : GRND_NONBLOCK);
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            if (errno == ENOSYS || errno == EPERM || errno == EAGAIN) {
                return random_device(at, n);
            }
            return -1;
        }
        at += got;
        n -= (size_t)got;
    }
    return 0;
}

/* The C library reads /proc/self/maps for the stack of the main thread, which takes longer than many a
   compilation.  Its end is where the C library began, and the kernel keeps free below it what the
   limit says, up to the gap that it always leaves. */
extern void *__libc_stack_end;
#define GAP_BELOW_STACK ((size_t)128 << 20)

int
os_stack(char **lowest, size_t *size)
{
    struct rlimit limit;
    char here, *end = (char *)__libc_stack_end;
    if (getpid() == gettid() && getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < GAP_BELOW_STACK &&
        &here < end && (size_t)(end - &here) < limit.rlim_cur) {
        *size = (size_t)limit.rlim_cur;
        *lowest = end - *size;
        return 0;
    }
    pthread_attr_t attributes;
    void *start;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) {
        return -1;
    }
    int failed = pthread_attr_getstack(&attributes, &start, size);
    pthread_attr_destroy(&attributes);
    *lowest = start;
    return failed == 0 ? 0 : -1;
}
