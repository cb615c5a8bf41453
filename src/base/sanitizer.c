/* What the sanitizers are told in every process, also those that tests start without an environment.

   Where a file `reports/collect` lies beside the program, reports go into that folder (tools/sanitize.py):
   a test that reads the standard error of a process would otherwise swallow them.  ASAN_OPTIONS,
   UBSAN_OPTIONS and TSAN_OPTIONS have the last word. */
#include "base/common.h"

#if defined(KRAIT_ASAN) || defined(KRAIT_TSAN)
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OPTIONS_SIZE = 4096 };

/* They ask before anything is ready: no function of libc but syscall(), nothing that is instrumented. */
#define EARLY __attribute__((no_sanitize("address", "undefined", "thread")))

EARLY static size_t
append(char *text, size_t length, const char *more)
{
    while (*more != '\0') {
        text[length++] = *more++;
    }
    text[length] = '\0';
    return length;
}

/* `fixed` and the place for reports. */
EARLY static const char *
with_place(char *options, const char *fixed)
{
    size_t start = append(options, append(options, 0, fixed), ":log_path=");
    char *place = options + start;
    long got = syscall(SYS_readlink, "/proc/self/exe", place, OPTIONS_SIZE - start - 32);
    size_t length = got > 0 ? (size_t)got : 0;
    while (length > 0 && place[length - 1] != '/') {
        length--;
    }
    append(place, length, "reports/collect");
    if (length > 0 && syscall(SYS_faccessat, AT_FDCWD, place, F_OK) == 0) {
        append(place, length, "reports/report");
    } else {
        append(place, 0, "stderr");
    }
    return options;
}
#endif

#ifdef KRAIT_ASAN
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

/* What lives as long as the process is not given back at its end. */
EARLY const char *
__asan_default_options(void)
{
    static char options[OPTIONS_SIZE];
    return with_place(options, "detect_leaks=0:allocator_may_return_null=1");
}

EARLY const char *
__ubsan_default_options(void)
{
    static char options[OPTIONS_SIZE];
    return with_place(options, "print_stacktrace=1");
}
#endif

#ifdef KRAIT_TSAN
const char *__tsan_default_options(void);

/* Forked children go on, as the tests of fork want it. */
EARLY const char *
__tsan_default_options(void)
{
    static char options[OPTIONS_SIZE];
    return with_place(options, "die_after_fork=0:report_signal_unsafe=0:handle_segv=0:exitcode=0:history_size=4");
}
#endif
