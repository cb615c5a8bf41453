/* What sys tells of the interpreter: versions, limits, flags, paths, names of modules. */
#include "modules/sys.h"
#include "runtime/config.h"
#include "runtime/import.h"
#include "object/declare.h"
#include <float.h>
#include <structseq.h>
#include <gnu/libc-version.h>
#include <string.h>

#define KRAIT_VERSION_MAJOR 0
#define KRAIT_VERSION_MINOR 1
#define KRAIT_VERSION_MICRO 0
#define KRAIT_VERSION "0.1.0"

/* ---- versions ----------------------------------------------------------------------------- */

const unsigned long Py_Version = PY_VERSION_HEX;

/* The shape is what module platform parses: version (name and build) [compiler]. */
const char *
Py_GetVersion(void)
{
    return PY_VERSION " (Krait " KRAIT_VERSION ", " __DATE__ ", " __TIME__ ") [GCC " __VERSION__ "]";
}

const char *
Py_GetPlatform(void)
{
    return "linux";
}

const char *
Py_GetCopyright(void)
{
    return "Copyright (c) the authors of Krait.\nAll Rights Reserved.";
}

const char *
Py_GetCompiler(void)
{
    return "[GCC " __VERSION__ "]";
}

const char *
Py_GetBuildInfo(void)
{
    return "Krait " KRAIT_VERSION ", " __DATE__ ", " __TIME__;
}

const char *
_Py_gitversion(void)
{
    return "";
}

const char *
_Py_gitidentifier(void)
{
    return "";
}

/* ---- struct sequences --------------------------------------------------------------------- */

#define FIELDS(...) ((PyStructSequence_Field[]){__VA_ARGS__, {NULL, NULL}})

static PyStructSequence_Field flags_fields[] = {
    {"debug", "-d"},
    {"inspect", "-i"},
    {"interactive", "-i"},
    {"optimize", "-O or -OO"},
    {"dont_write_bytecode", "-B"},
    {"no_user_site", "-s"},
    {"no_site", "-S"},
    {"ignore_environment", "-E"},
    {"verbose", "-v"},
    {"bytes_warning", "-b"},
    {"quiet", "-q"},
    {"hash_randomization", "-R"},
    {"isolated", "-I"},
    {"dev_mode", "-X dev"},
    {"utf8_mode", "-X utf8"},
    {"warn_default_encoding", "-X warn_default_encoding"},
    {"safe_path", "-P"},
    {"int_max_str_digits", "-X int_max_str_digits"},
    {NULL, NULL},
};

static PyStructSequence_Field version_fields[] = {
    {"major", "first part of the version"},
    {"minor", "second part of the version"},
    {"micro", "third part of the version"},
    {"releaselevel", "'alpha', 'beta', 'candidate' or 'final'"},
    {"serial", "serial number of the release level"},
    {NULL, NULL},
};

static PyStructSequence_Field float_fields[] = {
    {"max", "largest finite float"},
    {"max_exp", "largest int e such that radix**(e-1) is a float"},
    {"max_10_exp", "largest int e such that 10**e is a float"},
    {"min", "smallest positive normalised float"},
    {"min_exp", "smallest int e such that radix**(e-1) is a normalised float"},
    {"min_10_exp", "smallest int e such that 10**e is a normalised float"},
    {"dig", "decimal digits that survive a conversion"},
    {"mant_dig", "digits of the mantissa in base radix"},
    {"epsilon", "distance from 1.0 to the next float"},
    {"radix", "base of the exponent"},
    {"rounds", "rounding of arithmetic: 1 is to nearest"},
    {NULL, NULL},
};

static PyStructSequence_Field hash_fields[] = {
    {"width", "bits of a hash value"},
    {"modulus", "prime of numeric hashes"},
    {"inf", "hash of infinity"},
    {"nan", "not used any more"},
    {"imag", "multiplier of imaginary parts"},
    {"algorithm", "algorithm for str and bytes"},
    {"hash_bits", "bits the algorithm makes"},
    {"seed_bits", "bits of its key"},
    {"cutoff", "length below which another algorithm is used"},
    {NULL, NULL},
};

static PyStructSequence_Field thread_fields[] = {
    {"name", "implementation of threads"},
    {"lock", "implementation of locks"},
    {"version", "name and version of the thread library"},
    {NULL, NULL},
};

static PyStructSequence_Field krait_fields[] = {
    {"version", "version of Krait, three numbers"},
    {"build", "date and time of the build"},
    {"python", "version of the language, three numbers"},
    {NULL, NULL},
};

static PyStructSequence_Field asyncgen_fields[] = {
    {"firstiter", "called when an asynchronous generator is first iterated"},
    {"finalizer", "called when one is collected"},
    {NULL, NULL},
};

#define STRUCT(symbol, name, doc, fields)                                                          \
    static PyTypeObject symbol##_type;                                                             \
    static PyStructSequence_Desc symbol##_desc = {name, doc, fields, ARRAY_LEN(fields) - 1};

STRUCT(flags, "sys.flags", "Command line options.", flags_fields)
STRUCT(version, "sys.version_info", "The version as parts.", version_fields)
STRUCT(float_info, "sys.float_info", "Limits of float.", float_fields)
STRUCT(hash_info, "sys.hash_info", "How hashes are computed.", hash_fields)
STRUCT(krait_info, "sys.krait", "The implementation itself.", krait_fields)
STRUCT(asyncgen, "asyncgen_hooks", "Hooks of asynchronous generators.", asyncgen_fields)
STRUCT(thread, "sys.thread_info", "The thread implementation.", thread_fields)

/* A struct sequence type that user code cannot instantiate. */
static status
ready_closed(PyTypeObject *type, PyStructSequence_Desc *desc)
{
    extern int _PyStructSequence_InitType(PyTypeObject *, PyStructSequence_Desc *, unsigned long);
    if (type->tp_name != NULL) {
        return 0;
    }
    return _PyStructSequence_InitType(type, desc, Py_TPFLAGS_DISALLOW_INSTANTIATION);
}

/* Put items (each taken over) into a new instance; NULL if any item is NULL. */
static PyObject *
fill(PyTypeObject *type, PyObject **items_take, Py_ssize_t n)
{
    PyObject *result = PyErr_Occurred() ? NULL : PyStructSequence_New(type);
    for (Py_ssize_t i = 0; i < n; i++) {
        if (result != NULL) {
            PyStructSequence_SET_ITEM(result, i, items_take[i]);
        }
        else {
            Py_XDECREF(items_take[i]);
        }
    }
    return result;
}
#define FILL(type, ...)                                                                            \
    fill(&type, (PyObject *[]){__VA_ARGS__}, ARRAY_LEN(((PyObject *[]){__VA_ARGS__})))

#define NUM(x) PyLong_FromLongLong((long long)(x))
#define TEXT(x) PyUnicode_FromString(x)
#define REAL(x) PyFloat_FromDouble(x)

static PyObject *
make_version_info(void)
{
    if (ready_closed(&version_type, &version_desc) < 0) {
        return NULL;
    }
    return FILL(version_type, NUM(PY_MAJOR_VERSION), NUM(PY_MINOR_VERSION), NUM(PY_MICRO_VERSION),
                TEXT("final"), NUM(PY_RELEASE_SERIAL));
}

/* sys.float_info; made by types/float.c in the reference, and by its name there for C callers. */
PyObject *
PyFloat_GetInfo(void)
{
    if (float_info_type.tp_name == NULL &&
        PyStructSequence_InitType2(&float_info_type, &float_info_desc) < 0) {
        return NULL;
    }
    return FILL(float_info_type, REAL(DBL_MAX), NUM(DBL_MAX_EXP), NUM(DBL_MAX_10_EXP), REAL(DBL_MIN),
                NUM(DBL_MIN_EXP), NUM(DBL_MIN_10_EXP), NUM(DBL_DIG), NUM(DBL_MANT_DIG),
                REAL(DBL_EPSILON), NUM(FLT_RADIX), NUM(FLT_ROUNDS));
}

static PyObject *
make_hash_info(void)
{
    PyHash_FuncDef *def = PyHash_GetFuncDef();
    if (hash_info_type.tp_name == NULL &&
        PyStructSequence_InitType2(&hash_info_type, &hash_info_desc) < 0) {
        return NULL;
    }
    return FILL(hash_info_type, NUM(8 * sizeof(Py_hash_t)), PyLong_FromSize_t(_PyHASH_MODULUS),
                NUM(_PyHASH_INF), NUM(0), NUM(_PyHASH_IMAG), TEXT(def->name), NUM(def->hash_bits),
                NUM(def->seed_bits), NUM(Py_HASH_CUTOFF));
}

/* sys.thread_info */
PyObject *
PyThread_GetInfo(void)
{
    char version[64];
    if (PyStructSequence_InitType2(&thread_type, &thread_desc) < 0) {
        return NULL;
    }
    snprintf(version, sizeof version, "NPTL %s", gnu_get_libc_version());
    return FILL(thread_type, TEXT("pthread"), TEXT("semaphore"), TEXT(version));
}

static PyObject *
make_krait_info(void)
{
    if (ready_closed(&krait_info_type, &krait_info_desc) < 0) {
        return NULL;
    }
    return FILL(krait_info_type,
                Py_BuildValue("(iii)", KRAIT_VERSION_MAJOR, KRAIT_VERSION_MINOR, KRAIT_VERSION_MICRO),
                TEXT(__DATE__ " " __TIME__),
                Py_BuildValue("(iii)", PY_MAJOR_VERSION, PY_MINOR_VERSION, PY_MICRO_VERSION));
}

PyObject *
asyncgen_hooks_new(PyObject *firstiter, PyObject *finalizer)
{
    return FILL(asyncgen_type, Py_NewRef(firstiter ? firstiter : Py_None),
                Py_NewRef(finalizer ? finalizer : Py_None));
}

static PyObject *
make_implementation(PyObject *version_info)
{
    extern PyObject *_PyNamespace_New(PyObject *);
    PyObject *attributes = Py_BuildValue("{sssssOslss}", "name", "cpython", "cache_tag", "cpython-311",
                                         "version", version_info, "hexversion", (long)PY_VERSION_HEX,
                                         "_multiarch",
#if defined(__aarch64__)
                                         "aarch64-linux-gnu");
#else
                                         "x86_64-linux-gnu");
#endif
    PyObject *result = attributes == NULL ? NULL : _PyNamespace_New(attributes);
    Py_XDECREF(attributes);
    return result;
}

PyObject *
sys_make_flags(void)
{
    return ready_closed(&flags_type, &flags_desc) < 0 ? NULL : PyStructSequence_New(&flags_type);
}

status
sys_set_flags(PyObject *flags, const PyConfig *c)
{
    const PyPreConfig *pre = &_PyRuntime.life.preconfig;
    PyObject *items[] = {
        NUM(c->parser_debug), NUM(c->inspect), NUM(c->interactive), NUM(c->optimization_level),
        NUM(!c->write_bytecode), NUM(!c->user_site_directory), NUM(!c->site_import),
        NUM(!c->use_environment), NUM(c->verbose), NUM(c->bytes_warning), NUM(c->quiet),
        NUM(c->use_hash_seed == 0 || c->hash_seed != 0), NUM(c->isolated),
        PyBool_FromLong(c->dev_mode), NUM(pre->utf8_mode), NUM(c->warn_default_encoding),
        PyBool_FromLong(c->safe_path), NUM(_PyRuntime.life.int_max_str_digits),
    };
    for (size_t i = 0; i < ARRAY_LEN(items); i++) {
        if (items[i] == NULL) {
            return -1;
        }
        PyObject *old = PyStructSequence_GET_ITEM(flags, i);
        PyStructSequence_SET_ITEM(flags, i, items[i]);
        Py_XDECREF(old);
    }
    return 0;
}

/* ---- names -------------------------------------------------------------------------------- */

static PyObject *
make_stdlib_names(void)
{
    static const char names[] =
        "__future__ _abc _aix_support _ast _asyncio _bisect _blake2 _bootsubprocess _bz2 _codecs "
        "_codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _collections "
        "_collections_abc _compat_pickle _compression _contextvars _crypt _csv _ctypes _curses "
        "_curses_panel _datetime _dbm _decimal _elementtree _frozen_importlib "
        "_frozen_importlib_external _functools _gdbm _hashlib _heapq _imp _io _json _locale _lsprof "
        "_lzma _markupbase _md5 _msi _multibytecodec _multiprocessing _opcode _operator _osx_support "
        "_overlapped _pickle _posixshmem _posixsubprocess _py_abc _pydecimal _pyio _queue _random "
        "_scproxy _sha1 _sha256 _sha3 _sha512 _signal _sitebuiltins _socket _sqlite3 _sre _ssl _stat "
        "_statistics _string _strptime _struct _symtable _thread _threading_local _tkinter _tokenize "
        "_tracemalloc _typing _uuid _warnings _weakref _weakrefset _winapi _zoneinfo abc aifc "
        "antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii "
        "bisect builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop "
        "collections colorsys compileall concurrent configparser contextlib contextvars copy copyreg "
        "crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis distutils doctest email "
        "encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib "
        "functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac "
        "html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword "
        "lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap "
        "modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers "
        "opcode operator optparse os ossaudiodev pathlib pdb pickle pickletools pipes pkgutil "
        "platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr "
        "pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy "
        "sched secrets select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket "
        "socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string "
        "stringprep struct subprocess sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib "
        "tempfile termios textwrap this threading time timeit tkinter token tokenize tomllib trace "
        "traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uu uuid "
        "venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp "
        "zipfile zipimport zlib zoneinfo";
    PyObject *result = PyFrozenSet_New(NULL);
    for (const char *at = names; result != NULL && *at != 0;) {
        size_t length = strcspn(at, " ");
        PyObject *name = _PyUnicode_FromASCII(at, (Py_ssize_t)length);
        if (name == NULL || PySet_Add(result, name) < 0) {
            Py_CLEAR(result);
        }
        Py_XDECREF(name);
        at += length + (at[length] == ' ');
    }
    return result;
}

static status
put(PyObject *dict, const char *name, PyObject *value_take)
{
    PyObject *key = value_take == NULL ? NULL : PyUnicode_InternFromString(name);
    status result = key == NULL ? -1 : PyDict_SetItem(dict, key, value_take);
    Py_XDECREF(key);
    Py_XDECREF(value_take);
    return result;
}

status
sys_add_info(PyObject *dict)
{
    PyObject *version_info = make_version_info();
    if (version_info == NULL ||
        (asyncgen_type.tp_name == NULL && PyStructSequence_InitType2(&asyncgen_type, &asyncgen_desc) < 0)) {
        return -1;
    }
    const uint16_t probe = 1;
    bool little = *(const unsigned char *)&probe == 1;
    if (put(dict, "implementation", make_implementation(version_info)) < 0 ||
        put(dict, "version_info", version_info) < 0 || put(dict, "version", TEXT(Py_GetVersion())) < 0 ||
        put(dict, "hexversion", NUM(PY_VERSION_HEX)) < 0 ||
        put(dict, "_git", Py_BuildValue("(sss)", "CPython", "", "")) < 0 ||
        put(dict, "_framework", TEXT("")) < 0 || put(dict, "api_version", NUM(PYTHON_API_VERSION)) < 0 ||
        put(dict, "copyright", TEXT(Py_GetCopyright())) < 0 ||
        put(dict, "platform", TEXT(Py_GetPlatform())) < 0 ||
        put(dict, "maxsize", NUM(PY_SSIZE_T_MAX)) < 0 || put(dict, "maxunicode", NUM(0x10FFFF)) < 0 ||
        put(dict, "builtin_module_names", builtin_names()) < 0 ||
        put(dict, "stdlib_module_names", make_stdlib_names()) < 0 ||
        put(dict, "byteorder", TEXT(little ? "little" : "big")) < 0 ||
        put(dict, "abiflags", TEXT("")) < 0 || put(dict, "float_repr_style", TEXT("short")) < 0 ||
        put(dict, "float_info", PyFloat_GetInfo()) < 0 || put(dict, "int_info", PyLong_GetInfo()) < 0 ||
        put(dict, "hash_info", make_hash_info()) < 0 ||
        put(dict, "thread_info", PyThread_GetInfo()) < 0 || put(dict, "krait", make_krait_info()) < 0 ||
        put(dict, "meta_path", PyList_New(0)) < 0 || put(dict, "path_hooks", PyList_New(0)) < 0 ||
        put(dict, "path_importer_cache", PyDict_New()) < 0) {
        return -1;
    }
    return 0;
}

/* ---- from the configuration --------------------------------------------------------------- */

static PyObject *
wide_or_none(const wchar_t *text)
{
    return text == NULL ? Py_NewRef(Py_None) : PyUnicode_FromWideChar(text, -1);
}

status
sys_configure(struct _is *interp)
{
    const PyConfig *c = &interp->config;
    PyObject *dict = interp->sysdict;
    extern PyObject *sys_xoptions_dict(const PyConfig *);
    const struct {
        const char *name;
        const wchar_t *value;
    } texts[] = {
        {"executable", c->executable},
        {"_base_executable", c->base_executable},
        {"prefix", c->prefix},
        {"base_prefix", c->base_prefix},
        {"exec_prefix", c->exec_prefix},
        {"base_exec_prefix", c->base_exec_prefix},
        {"platlibdir", c->platlibdir},
        {"pycache_prefix", c->pycache_prefix},
        {"_stdlib_dir", c->stdlib_dir != NULL && c->stdlib_dir[0] != 0 ? c->stdlib_dir : NULL},
        {"_home", c->home},
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (put(dict, texts[i].name, wide_or_none(texts[i].value)) < 0) {
            return -1;
        }
    }
    PyObject *flags = PyDict_GetItemString(dict, "flags");
    PyObject *made = flags == NULL ? sys_make_flags() : Py_NewRef(flags);
    if (made == NULL || sys_set_flags(made, c) < 0) {
        Py_XDECREF(made);
        return -1;
    }
    if (_PyRuntime.life.int_max_str_digits >= 0) {
        interp->int_max_str_digits = _PyRuntime.life.int_max_str_digits;
    }
    if (put(dict, "flags", made) < 0 || put(dict, "argv", _PyWideStringList_AsList(&c->argv)) < 0 ||
        put(dict, "orig_argv", _PyWideStringList_AsList(&c->orig_argv)) < 0 ||
        put(dict, "warnoptions", _PyWideStringList_AsList(&c->warnoptions)) < 0 ||
        put(dict, "_xoptions", sys_xoptions_dict(c)) < 0 ||
        put(dict, "dont_write_bytecode", PyBool_FromLong(!c->write_bytecode)) < 0) {
        return -1;
    }
    return c->module_search_paths_set
               ? put(dict, "path", _PyWideStringList_AsList(&c->module_search_paths))
               : 0;
}
