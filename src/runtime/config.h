/* How a process is set up: pre-configuration (locale, UTF-8 mode, allocator), configuration, and
   the command line and environment they are read from. */
#ifndef KRAIT_RUNTIME_CONFIG_H
#define KRAIT_RUNTIME_CONFIG_H

#include "object/state.h"

/* Arguments of the process as bytes or wide characters; exactly one pointer is set. */
typedef struct _PyArgv {
    Py_ssize_t argc;
    int use_bytes_argv;
    char *const *bytes_argv;
    wchar_t *const *wchar_argv;
} _PyArgv;

enum ConfigInit { CONFIG_COMPAT = 1, CONFIG_PYTHON = 2, CONFIG_ISOLATED = 3 };

#define STATUS_OK ((PyStatus){._type = _PyStatus_TYPE_OK})
#define STATUS_ERR(text)                                                                           \
    ((PyStatus){._type = _PyStatus_TYPE_ERROR, .func = __func__, .err_msg = (text)})
#define STATUS_ERR_IN(function, text)                                                                \
    ((PyStatus){._type = _PyStatus_TYPE_ERROR, .func = (function), .err_msg = (text)})
#define STATUS_NO_MEMORY() STATUS_ERR("memory allocation failed")
#define STATUS_EXIT(code) ((PyStatus){._type = _PyStatus_TYPE_EXIT, .exitcode = (code)})
#define STATUS_FAILED(s) ((s)._type != _PyStatus_TYPE_OK)

/* ---- lists of wide strings */
void _PyWideStringList_Clear(PyWideStringList *list);
int _PyWideStringList_Copy(PyWideStringList *list, const PyWideStringList *from);
PyStatus _PyWideStringList_Extend(PyWideStringList *list, const PyWideStringList *more);
PyObject *_PyWideStringList_AsList(const PyWideStringList *list);
PyStatus _PyArgv_AsWstrList(const _PyArgv *args, PyWideStringList *list);

/* ---- preconfig.c */
void preconfig_from_config(PyPreConfig *pre, const PyConfig *config);
void preconfig_take_config(PyPreConfig *pre, const PyConfig *config);
PyStatus preconfig_decide_early(PyPreConfig *pre, const PyWideStringList *argv, PyWideStringList *xoptions);
PyStatus preinitialize(const PyPreConfig *config, const _PyArgv *args);
PyStatus preinitialize_for_config(const PyConfig *config, const _PyArgv *args);

/* ---- cmdline.c */
enum { OPTION_END = -1, OPTION_BAD = '_' };

/* One pass over options, in the manner of getopt. */
struct OptionScan {
    Py_ssize_t argc;
    wchar_t *const *argv;
    Py_ssize_t index;               /* next argument */
    const wchar_t *rest;            /* of a group of short options, or NULL */
    const wchar_t *argument;        /* of the option just returned */
    int long_index;
    bool quiet;                     /* no message about a bad option */
};
enum { LONG_CHECK_HASH_PYCS = 0, LONG_HELP_ALL, LONG_HELP_ENV, LONG_HELP_XOPTIONS };
/* The next option's letter; 0 for a long option (long_index tells which), OPTION_END, OPTION_BAD. */
int option_next(struct OptionScan *scan);

const char *_Py_GetEnv(int use_environment, const char *name);
int _Py_str_to_int(const char *text, int *result);
void _Py_get_env_flag(int use_environment, int *flag, const char *name);
const wchar_t *_Py_get_xoption(const PyWideStringList *xoptions, const wchar_t *name);
/* Read the command line and the environment into `config`. */
PyStatus config_read_command_line(PyConfig *config);
PyStatus config_read_environment(PyConfig *config);

/* ---- config.c */
PyStatus _PyConfig_Copy(PyConfig *config, const PyConfig *from);
PyObject *_PyConfig_AsDict(const PyConfig *config);
int _PyConfig_FromDict(PyConfig *config, PyObject *dict);
void _PyConfig_InitCompatConfig(PyConfig *config);
void _PyPreConfig_InitCompatConfig(PyPreConfig *config);
PyStatus config_set_decoded(PyConfig *config, wchar_t **field, const char *bytes, const char *what);
#define MAX_HASH_SEED 4294967295UL
/* Decide every field that is still open: command line, environment, streams, paths (searched for
   with `compute_path`). */
PyStatus config_read(PyConfig *config, bool compute_path);
/* Let the global Py_*Flag variables say what the configuration says. */
void config_publish(const PyConfig *config);

/* ---- path.c */
PyStatus config_find_paths(PyConfig *config);
PyStatus config_take_legacy_paths(PyConfig *config);
void path_config_publish(const PyConfig *config);
/* Tell on stderr where Python thinks it lives: before a fatal error for lack of the library. */
void path_config_dump(const PyConfig *config);
void _PyPathConfig_ClearGlobal(void);

#endif
