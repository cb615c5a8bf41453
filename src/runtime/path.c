/* Where Python lives: executable, prefix, and sys.path, found without running Python code.

   1. executable   argv[0] if it has a slash, else the first match on PATH
   2. pyvenv.cfg   beside the executable or one level up: `home` is where the base installation's
                   executable lives
   3. prefix       the nearest directory upward from there with lib/pythonX.Y/os.py, and exec_prefix
                   with lib/pythonX.Y/lib-dynload; else /usr
   4. sys.path     PYTHONPATH, the zip, the library, lib-dynload */
#include "runtime/config.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#define FALLBACK_PREFIX L"/usr"
#define VERSION_DIR L"python3.11"
#define ZIP_NAME L"python311.zip"

/* Legacy settings made before initialisation, and what Py_GetPath and its like return.  Raw memory. */
#define paths (_PyRuntime.paths)

wchar_t *_Py_normpath(wchar_t *path, Py_ssize_t size);

/* ---- wide path helpers -------------------------------------------------------------------- */

static wchar_t *
join(const wchar_t *directory, const wchar_t *name)
{
    size_t n = wcslen(directory);
    bool slash = n > 0 && directory[n - 1] != L'/' && name[0] != 0;
    wchar_t *out = PyMem_RawMalloc((n + wcslen(name) + 2) * sizeof *out);
    if (out != NULL) {
        wmemcpy(out, directory, n);
        if (slash) {
            out[n++] = L'/';
        }
        wcscpy(out + n, name);
    }
    return out;
}

static wchar_t *
join3(const wchar_t *a, const wchar_t *b, const wchar_t *c)
{
    wchar_t *ab = join(a, b);
    wchar_t *abc = ab == NULL ? NULL : join(ab, c);
    PyMem_RawFree(ab);
    return abc;
}

/* Cut the last component: "/a/b" -> "/a", "/a" -> "/"; false at the root or without a slash. */
static bool
cut(wchar_t *path)
{
    wchar_t *slash = wcsrchr(path, L'/');
    if (slash == NULL || path[1] == 0) {
        return false;
    }
    slash[slash == path ? 1 : 0] = 0;
    return true;
}

static bool
stat_is(const wchar_t *path, mode_t kind, bool executable)
{
    struct stat st;
    char *bytes = Py_EncodeLocale(path, NULL);
    bool result = bytes != NULL && stat(bytes, &st) == 0 && (st.st_mode & S_IFMT) == kind &&
                  (!executable || access(bytes, X_OK) == 0);
    PyMem_Free(bytes);
    return result;
}

static bool
has_landmark(const wchar_t *prefix, const wchar_t *libdir, const wchar_t *landmark, mode_t kind)
{
    wchar_t *lib = join3(prefix, libdir, VERSION_DIR);
    wchar_t *mark = lib == NULL ? NULL : join(lib, landmark);
    bool found = mark != NULL && stat_is(mark, kind, false);
    PyMem_RawFree(lib);
    PyMem_RawFree(mark);
    return found;
}

static wchar_t *
real_path(const wchar_t *path)
{
    char *bytes = Py_EncodeLocale(path, NULL);
    char *real = bytes == NULL ? NULL : realpath(bytes, NULL);
    wchar_t *out = real == NULL ? NULL : Py_DecodeLocale(real, NULL);
    PyMem_Free(bytes);
    free(real);
    return out != NULL ? out : _PyMem_RawWcsdup(path);
}

static wchar_t *
absolute(const wchar_t *path)
{
    if (path[0] == L'/') {
        return _PyMem_RawWcsdup(path);
    }
    char *here = getcwd(NULL, 0);
    wchar_t *wide = here == NULL ? NULL : Py_DecodeLocale(here, NULL);
    free(here);
    if (wide == NULL) {
        return _PyMem_RawWcsdup(path);
    }
    while (path[0] == L'.' && path[1] == L'/') {
        path += 2;
        while (path[0] == L'/') {
            path++;
        }
    }
    wchar_t *out = join(wide, path);
    PyMem_RawFree(wide);
    return out;
}

/* Replace *field unless it is set already; takes `text` over.  -1 if there is none. */
static status
put(wchar_t **field, wchar_t *text_take)
{
    if (text_take == NULL) {
        return -1;
    }
    if (*field != NULL) {
        PyMem_RawFree(text_take);
    }
    else {
        *field = text_take;
    }
    return 0;
}

/* ---- the executable ----------------------------------------------------------------------- */

static wchar_t *
find_executable(const wchar_t *program)
{
    if (program[0] == 0) {
        return _PyMem_RawWcsdup(L"");
    }
    if (wcschr(program, L'/') != NULL) {
        return absolute(program);
    }
    const char *env = getenv("PATH");
    wchar_t *search = env == NULL ? NULL : Py_DecodeLocale(env, NULL), *state = NULL, *found = NULL;
    if (search != NULL) {
        for (wchar_t *at = wcstok(search, L":", &state); at != NULL; at = wcstok(NULL, L":", &state)) {
            wchar_t *candidate = join(at, program);
            if (candidate != NULL && stat_is(candidate, S_IFREG, true)) {
                found = absolute(candidate);
                PyMem_RawFree(candidate);
                break;
            }
            PyMem_RawFree(candidate);
        }
    }
    PyMem_RawFree(search);
    return found != NULL ? found : _PyMem_RawWcsdup(L"");
}

/* The value of `home` in <directory>/pyvenv.cfg, or NULL. */
static wchar_t *
venv_home(const wchar_t *directory)
{
    wchar_t *file = join(directory, L"pyvenv.cfg");
    char *bytes = file == NULL ? NULL : Py_EncodeLocale(file, NULL);
    FILE *in = bytes == NULL ? NULL : fopen(bytes, "re");
    wchar_t *home = NULL;
    PyMem_RawFree(file);
    PyMem_Free(bytes);
    if (in == NULL) {
        return NULL;
    }
    char line[4096];
    while (home == NULL && fgets(line, sizeof line, in) != NULL) {
        char *equals = strchr(line, '=');
        char *key = line + strspn(line, " \t");
        if (equals == NULL || line[0] == '#') {
            continue;
        }
        char *key_end = equals;
        while (key_end > key && (key_end[-1] == ' ' || key_end[-1] == '\t')) {
            key_end--;
        }
        if (key_end - key == 4 && strncasecmp(key, "home", 4) == 0) {
            char *value = equals + 1 + strspn(equals + 1, " \t");
            size_t n = strcspn(value, "\r\n");
            while (n > 0 && (value[n - 1] == ' ' || value[n - 1] == '\t')) {
                n--;
            }
            value[n] = 0;
            home = Py_DecodeLocale(value, NULL);
        }
    }
    fclose(in);
    return home;
}

/* The base installation's executable for a virtual environment with that `home`: what the link leads to,
   or, for a copy, the program in `home` under its own or a usual name. */
static wchar_t *
base_executable_of(const wchar_t *home, const wchar_t *executable)
{
    wchar_t *real = real_path(executable);
    if (real == NULL || wcscmp(real, executable) != 0) {
        return real;
    }
    PyMem_RawFree(real);
    const wchar_t *slash = wcsrchr(executable, L'/');
    const wchar_t *const names[] = {slash != NULL ? slash + 1 : executable, L"python3", VERSION_DIR};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        wchar_t *candidate = join(home, names[i]);
        if (candidate == NULL || stat_is(candidate, S_IFREG, false)) {
            return candidate;
        }
        PyMem_RawFree(candidate);
    }
    return join(home, names[0]);
}

/* ---- the prefixes ------------------------------------------------------------------------- */

/* Nearest directory from `start` upward with the landmark; raw memory, or NULL. */
static wchar_t *
search_up(const wchar_t *start, const wchar_t *libdir, const wchar_t *landmark, mode_t kind)
{
    wchar_t *at = _PyMem_RawWcsdup(start);
    while (at != NULL) {
        if (has_landmark(at, libdir, landmark, kind)) {
            return at;
        }
        if (!cut(at) || wcscmp(at, L"/") == 0) {    /* the root itself is no prefix */
            break;
        }
    }
    PyMem_RawFree(at);
    return NULL;
}

static void
split_home(const wchar_t *home, wchar_t **prefix, wchar_t **exec_prefix)
{
    *prefix = _PyMem_RawWcsdup(home);
    if (*prefix == NULL) {
        *exec_prefix = NULL;
        return;
    }
    wchar_t *colon = wcschr(*prefix, L':');
    if (colon != NULL) {
        *colon = 0;
        *exec_prefix = _PyMem_RawWcsdup(colon + 1);
    }
    else {
        *exec_prefix = _PyMem_RawWcsdup(*prefix);
    }
}

static PyStatus
append_taken(PyWideStringList *list, wchar_t *text_take)
{
    if (text_take == NULL) {
        return STATUS_NO_MEMORY();
    }
    PyStatus s = PyWideStringList_Append(list, text_take);
    PyMem_RawFree(text_take);
    return s;
}

/* A new absolute path; "" is the current directory. */
static wchar_t *
absolute_normal(const wchar_t *path)
{
    wchar_t *full = absolute(path);
    return full == NULL ? NULL : _Py_normpath(full, -1);
}

static PyStatus
build_search_paths(PyConfig *config, const wchar_t *stdlib, const wchar_t *dynload)
{
    PyWideStringList *list = &config->module_search_paths;
    PyStatus s = STATUS_OK;
    _PyWideStringList_Clear(list);          /* without module_search_paths_set it does not count */
    if (config->pythonpath_env != NULL) {
        const wchar_t *at = config->pythonpath_env;
        for (;;) {
            size_t n = wcscspn(at, L":");
            wchar_t *entry = PyMem_RawMalloc((n + 1) * sizeof *entry);
            if (entry != NULL) {
                wmemcpy(entry, at, n);
                entry[n] = 0;
            }
            s = append_taken(list, entry == NULL ? NULL : absolute_normal(entry));
            PyMem_RawFree(entry);
            if (STATUS_FAILED(s) || at[n] == 0) {
                break;
            }
            at += n + 1;
        }
    }
    if (!STATUS_FAILED(s)) {
        s = append_taken(list, join3(config->prefix, config->platlibdir, ZIP_NAME));
    }
    if (!STATUS_FAILED(s)) {
        s = PyWideStringList_Append(list, stdlib);
    }
    if (!STATUS_FAILED(s)) {
        s = PyWideStringList_Append(list, dynload);
    }
    if (!STATUS_FAILED(s)) {
        config->module_search_paths_set = 1;
    }
    return s;
}

/* Take sys.path from <executable>._pth, if there is such a file: a line is a directory relative to
   the file's, or `import site`; '#' starts a comment.  Nothing else then has a say. */
static PyStatus
read_pth(PyConfig *config)
{
    size_t n = wcslen(config->executable);
    wchar_t *file = PyMem_RawMalloc((n + 6) * sizeof *file);
    if (file == NULL) {
        return STATUS_NO_MEMORY();
    }
    wcscpy(file, config->executable);
    wcscpy(file + n, L"._pth");
    char *bytes = n == 0 ? NULL : Py_EncodeLocale(file, NULL);
    FILE *in = bytes == NULL || config->module_search_paths_set ? NULL : fopen(bytes, "re");
    PyMem_Free(bytes);
    PyStatus s = STATUS_OK;
    if (in != NULL) {
        char line[4096];
        config->isolated = 1;
        config->use_environment = 0;
        config->user_site_directory = 0;
        config->safe_path = 1;
        config->site_import = 0;
        config->module_search_paths_set = 1;
        cut(file);
        while (!STATUS_FAILED(s) && fgets(line, sizeof line, in) != NULL) {
            line[strcspn(line, "#\r\n")] = 0;
            size_t length = strlen(line);
            while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t')) {
                line[--length] = 0;
            }
            if (length == 0) {
                continue;
            }
            if (strcmp(line, "import site") == 0) {
                config->site_import = 1;
                continue;
            }
            wchar_t *wide = Py_DecodeLocale(line, NULL);
            wchar_t *full = wide == NULL        ? NULL
                            : wide[0] == L'/' ? _PyMem_RawWcsdup(wide)
                                                : join(file, wide);
            PyMem_RawFree(wide);
            s = append_taken(&config->module_search_paths,
                             full == NULL ? NULL : _Py_normpath(full, -1));
        }
        fclose(in);
    }
    PyMem_RawFree(file);
    return s;
}

/* Settings made with Py_SetPythonHome and its like count where the configuration says nothing. */
PyStatus
config_take_legacy_paths(PyConfig *config)
{
    const struct {
        wchar_t **field;
        const wchar_t *value;
    } legacy[] = {
        {&config->home, paths.home},
        {&config->program_name, paths.program_name},
        {&config->executable, paths.program_full_path},
    };
    for (size_t i = 0; i < ARRAY_LEN(legacy); i++) {
        if (*legacy[i].field == NULL && legacy[i].value != NULL &&
            (*legacy[i].field = _PyMem_RawWcsdup(legacy[i].value)) == NULL) {
            return STATUS_NO_MEMORY();
        }
    }
    if (paths.search_path != NULL && !config->module_search_paths_set) {
        wchar_t *copy = _PyMem_RawWcsdup(paths.search_path), *state = NULL;
        PyStatus s = copy == NULL ? STATUS_NO_MEMORY() : STATUS_OK;
        if (copy != NULL) {
            for (wchar_t *at = wcstok(copy, L":", &state); at != NULL && !STATUS_FAILED(s);
                 at = wcstok(NULL, L":", &state)) {
                s = PyWideStringList_Append(&config->module_search_paths, at);
            }
        }
        PyMem_RawFree(copy);
        if (STATUS_FAILED(s)) {
            return s;
        }
        config->module_search_paths_set = 1;
        /* Who sets the path says that there is no prefix. */
        wchar_t **const empty[] = {&config->prefix, &config->exec_prefix, &config->base_prefix,
                                   &config->base_exec_prefix, &config->stdlib_dir};
        for (size_t i = 0; i < ARRAY_LEN(empty); i++) {
            if (put(empty[i], _PyMem_RawWcsdup(L"")) < 0) {
                return STATUS_NO_MEMORY();
            }
        }
    }
    return STATUS_OK;
}

/* The program's file, as it is shown in tracebacks, does not depend on a later chdir(). */
static PyStatus
make_run_filename_absolute(PyConfig *config)
{
    if (config->run_filename == NULL || config->run_filename[0] == L'/') {
        return STATUS_OK;
    }
    char *here = getcwd(NULL, 0);
    wchar_t *wide = here == NULL ? NULL : Py_DecodeLocale(here, NULL);
    wchar_t *full = wide == NULL ? NULL : join(wide, wcscmp(config->run_filename, L".") == 0 ? L"" : config->run_filename);
    free(here);
    PyMem_RawFree(wide);
    if (full == NULL) {
        return STATUS_OK;       /* it stays relative */
    }
    PyMem_RawFree(config->run_filename);
    config->run_filename = full;
    return STATUS_OK;
}

/* The prefix in which the landmark lies: the given one, by `home`, upward from `start`, or else the one
   Krait was built for, which gets a warning if the library is not there. */
static wchar_t *
choose_prefix(const PyConfig *config, const wchar_t *given, const wchar_t *start, const wchar_t *landmark,
              mode_t kind, const char *warning)
{
    if (given != NULL) {
        return _PyMem_RawWcsdup(given);
    }
    wchar_t *found = search_up(start, config->platlibdir, landmark, kind);
    if (found != NULL) {
        return found;
    }
    if (config->pathconfig_warnings && !has_landmark(FALLBACK_PREFIX, config->platlibdir, landmark, kind)) {
        fprintf(stderr, "Could not find platform %s\n", warning);
    }
    return _PyMem_RawWcsdup(FALLBACK_PREFIX);
}

PyStatus
config_find_paths(PyConfig *config)
{
    PyStatus s = make_run_filename_absolute(config);
    wchar_t *prefix = NULL, *exec_prefix = NULL, *stdlib = NULL, *dynload = NULL, *start = NULL;
    wchar_t *home = NULL, *program = NULL;
    if (STATUS_FAILED(s)) {
        return s;
    }
    if (put(&config->program_name, _PyMem_RawWcsdup(L"python3")) < 0) {
        return STATUS_NO_MEMORY();
    }
    /* What the environment calls the executable is shown as such; what runs stays the base. */
    const char *other_name = config->executable == NULL ? getenv("PYTHONEXECUTABLE") : NULL;
    if (other_name != NULL && *other_name != 0) {
        program = find_executable(config->program_name);
        if (program == NULL || put(&config->executable, Py_DecodeLocale(other_name, NULL)) < 0) {
            PyMem_RawFree(program);
            return STATUS_NO_MEMORY();
        }
    }
    else if (put(&config->executable, find_executable(config->program_name)) < 0) {
        return STATUS_NO_MEMORY();
    }
    s = read_pth(config);
    if (STATUS_FAILED(s)) {
        PyMem_RawFree(program);
        return s;
    }
    /* A virtual environment is looked for beside the executable, before links are followed. */
    wchar_t *directory = _PyMem_RawWcsdup(config->executable);
    if (directory == NULL) {
        PyMem_RawFree(program);
        return STATUS_NO_MEMORY();
    }
    if (config->home == NULL && config->executable[0] != 0 && cut(directory)) {
        home = venv_home(directory);
        if (home == NULL && cut(directory)) {
            home = venv_home(directory);
        }
    }
    PyMem_RawFree(directory);
    if (home != NULL) {
        if (put(&config->base_executable, base_executable_of(home, config->executable)) < 0) {
            goto no_memory;
        }
        start = _PyMem_RawWcsdup(home);
    }
    else {
        const wchar_t *running = program != NULL ? program : config->executable;
        if (put(&config->base_executable, _PyMem_RawWcsdup(running)) < 0) {
            goto no_memory;
        }
        start = real_path(running);
        if (start != NULL) {
            cut(start);
        }
    }
    if (start == NULL) {
        goto no_memory;
    }
    if (config->home != NULL) {
        split_home(config->home, &prefix, &exec_prefix);
    }
    else {
        prefix = choose_prefix(config, config->prefix, start, L"os.py", S_IFREG,
                               "independent libraries <prefix>");
        exec_prefix = choose_prefix(config, config->exec_prefix, start, L"lib-dynload", S_IFDIR,
                                    "dependent libraries <exec_prefix>");
    }
    if (prefix == NULL || exec_prefix == NULL) {
        goto no_memory;
    }
    stdlib = join3(prefix, config->platlibdir, VERSION_DIR);
    wchar_t *platform = join3(exec_prefix, config->platlibdir, VERSION_DIR);
    dynload = platform == NULL ? NULL : join(platform, L"lib-dynload");
    PyMem_RawFree(platform);
    /* What was given counts also for its base. */
    const wchar_t *base = config->prefix != NULL ? config->prefix : prefix;
    const wchar_t *exec_base = config->exec_prefix != NULL ? config->exec_prefix : exec_prefix;
    if (stdlib == NULL || dynload == NULL ||
        put(&config->base_prefix, _PyMem_RawWcsdup(base)) < 0 ||
        put(&config->base_exec_prefix, _PyMem_RawWcsdup(exec_base)) < 0 ||
        put(&config->prefix, _PyMem_RawWcsdup(prefix)) < 0 ||
        put(&config->exec_prefix, _PyMem_RawWcsdup(exec_prefix)) < 0) {
        goto no_memory;
    }
    if (config->stdlib_dir == NULL || config->stdlib_dir[0] != 0) {     /* not by Py_SetPath */
        PyMem_RawFree(config->stdlib_dir);
        config->stdlib_dir = _PyMem_RawWcsdup(stdlib);
    }
    if (!config->module_search_paths_set) {
        s = build_search_paths(config, stdlib, dynload);
    }
    goto done;
no_memory:
    s = STATUS_NO_MEMORY();
done:
    PyMem_RawFree(home);
    PyMem_RawFree(program);
    PyMem_RawFree(start);
    PyMem_RawFree(prefix);
    PyMem_RawFree(exec_prefix);
    PyMem_RawFree(stdlib);
    PyMem_RawFree(dynload);
    return s;
}

/* ---- the functions of before PyConfig ----------------------------------------------------- */

static void
replace(wchar_t **at, const wchar_t *text)
{
    wchar_t *copy = text == NULL ? NULL : _PyMem_RawWcsdup(text);
    if (text != NULL && copy == NULL) {
        Py_FatalError("out of memory while setting a path");
    }
    PyMem_RawFree(*at);
    *at = copy;
}

void
path_config_publish(const PyConfig *config)
{
    replace(&paths.prefix, config->prefix);
    replace(&paths.exec_prefix, config->exec_prefix);
    replace(&paths.program_name, config->program_name);
    replace(&paths.program_full_path, config->executable);
    if (config->home != NULL) {
        replace(&paths.home, config->home);
    }
    size_t n = 1;
    for (Py_ssize_t i = 0; i < config->module_search_paths.length; i++) {
        n += wcslen(config->module_search_paths.items[i]) + 1;
    }
    wchar_t *joined = PyMem_RawMalloc(n * sizeof *joined), *at = joined;
    if (joined == NULL) {
        Py_FatalError("out of memory while setting a path");
    }
    for (Py_ssize_t i = 0; i < config->module_search_paths.length; i++) {
        if (i > 0) {
            *at++ = L':';
        }
        wcscpy(at, config->module_search_paths.items[i]);
        at += wcslen(at);
    }
    *at = 0;
    PyMem_RawFree(paths.module_search_path);
    paths.module_search_path = joined;
}

static void
dump_text(const char *name, const wchar_t *text)
{
    PySys_FormatStderr("  %s = ", name);
    if (text == NULL) {
        PySys_WriteStderr("(not set)\n");
        return;
    }
    PyObject *object = PyUnicode_FromWideChar(text, -1);
    if (object != NULL) {
        PySys_FormatStderr("%A\n", object);
        Py_DECREF(object);
    }
    else {
        PyErr_Clear();
    }
}

void
path_config_dump(const PyConfig *c)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PySys_WriteStderr("Python path configuration:\n");
    dump_text("PYTHONHOME", c->home);
    dump_text("PYTHONPATH", c->pythonpath_env);
    dump_text("program name", c->program_name);
    PySys_FormatStderr("  isolated = %i\n  environment = %i\n  user site = %i\n  safe_path = %i\n"
                       "  import site = %i\n  is in build tree = %i\n",
                       c->isolated, c->use_environment, c->user_site_directory, c->safe_path,
                       c->site_import, c->_is_python_build);
    dump_text("stdlib dir", c->stdlib_dir);
    static const char *const names[] = {"_base_executable", "base_prefix", "base_exec_prefix",
                                        "platlibdir", "executable", "prefix", "exec_prefix"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        PyObject *object = PySys_GetObject(names[i]);
        if (object != NULL) {
            PySys_FormatStderr("  sys.%s = %A\n", names[i], object);
        }
        else {
            PySys_FormatStderr("  sys.%s = (not set)\n", names[i]);
        }
    }
    PyObject *path = PySys_GetObject("path");
    if (path != NULL && PyList_Check(path)) {
        PySys_WriteStderr("  sys.path = [\n");
        for (Py_ssize_t i = 0; i < PyList_GET_SIZE(path); i++) {
            PySys_FormatStderr("    %A,\n", PyList_GET_ITEM(path, i));
        }
        PySys_WriteStderr("  ]\n");
    }
    PyErr_Restore(type, value, traceback);
}

void
_PyPathConfig_ClearGlobal(void)
{
    wchar_t **all[] = {&paths.prefix, &paths.exec_prefix, &paths.program_name, &paths.home,
                       &paths.program_full_path, &paths.module_search_path, &paths.search_path};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        PyMem_RawFree(*all[i]);
        *all[i] = NULL;
    }
}

wchar_t *
Py_GetPath(void)
{
    return paths.module_search_path;
}

wchar_t *
Py_GetPrefix(void)
{
    return paths.prefix;
}

wchar_t *
Py_GetExecPrefix(void)
{
    return paths.exec_prefix;
}

wchar_t *
Py_GetProgramFullPath(void)
{
    return paths.program_full_path;
}

wchar_t *
Py_GetProgramName(void)
{
    return paths.program_name;
}

wchar_t *
Py_GetPythonHome(void)
{
    return paths.home;
}

void
Py_SetPath(const wchar_t *path)
{
    replace(&paths.search_path, path);
    if (path != NULL) {
        replace(&paths.module_search_path, path);
        replace(&paths.prefix, L"");
        replace(&paths.exec_prefix, L"");
    }
}

void
Py_SetPythonHome(const wchar_t *home)
{
    replace(&paths.home, home != NULL && home[0] != 0 ? home : NULL);
}

void
Py_SetProgramName(const wchar_t *name)
{
    replace(&paths.program_name, name != NULL && name[0] != 0 ? name : NULL);
}

void
_Py_SetProgramFullPath(const wchar_t *path)
{
    replace(&paths.program_full_path, path != NULL && path[0] != 0 ? path : NULL);
}

/* Normalise a path in place: no empty or "." components, ".." taken back where that can be done
   without looking at the file system.  Two leading slashes stay (POSIX). */
wchar_t *
_Py_normpath(wchar_t *path, Py_ssize_t size)
{
    if (path[0] == 0 || size == 0 || (path[0] == L'.' && path[1] == 0)) {
        return path;
    }
    wchar_t *end = size > 0 ? path + size : path + wcslen(path), *from = path, *to = path;
    size_t root = wcsspn(path, L"/");
    if (root > 0) {
        from += root;
        to += root == 2 ? 2 : 1;
        wmemset(path, L'/', (size_t)(to - path));
    }
    wchar_t *const base = to;           /* components stand from here on */
    wchar_t *keep = to;                 /* no ".." may take back what stands before */
    while (from < end && *from != 0) {
        size_t n = 0;
        while (from + n < end && from[n] != 0 && from[n] != L'/') {
            n++;
        }
        bool up = n == 2 && from[0] == L'.' && from[1] == L'.';
        if (up && to > keep) {
            while (to > keep && to[-1] != L'/') {
                to--;
            }
            if (to > base) {
                to--;                   /* the slash before the component */
            }
        }
        else if (n > 0 && !(n == 1 && from[0] == L'.') && !(up && root > 0)) {
            if (to > base) {
                *to++ = L'/';
            }
            wmemmove(to, from, n);
            to += n;
            if (up) {
                keep = to;
            }
        }
        from += n;
        if (from < end && *from == L'/') {
            from++;
        }
    }
    *to = 0;
    return path;
}

/* The reference finds its paths with Python code, which its test module can ask for.  Krait has no
   such code: NotImplementedError. */
PyObject *
_Py_Get_Getpath_CodeObject(void)
{
    PyErr_SetString(PyExc_NotImplementedError, "paths are computed in C; there is no code object");
    return NULL;
}
