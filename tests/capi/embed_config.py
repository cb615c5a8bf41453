"""Configurations of embedded programs for test_embedding.py: arguments of embed_config.c, one program run a line.

Its output is the whole configuration: every field of PyConfig, whether given or decided."""

# Each line one program run; `VAR=value` words before the `--` are its environment.
SCENARIOS = '''
config=python
config=isolated
config=compat

Py_OptimizeFlag=2 Py_VerboseFlag=0 Py_QuietFlag=1 Py_NoSiteFlag=1 Py_BytesWarningFlag=1 Py_DontWriteBytecodeFlag=1
Py_IsolatedFlag=1
Py_IgnoreEnvironmentFlag=1 Py_UnbufferedStdioFlag=1 Py_NoUserSiteDirectory=1 Py_FrozenFlag=1
Py_InspectFlag=1 Py_InteractiveFlag=1 Py_HashRandomizationFlag=1 Py_DebugFlag=0 Py_UTF8Mode=1
name:/usr/bin/embedded
name:nothing-like-it home:/usr
path:/usr/lib/python3.11:/usr/lib/python3.11/lib-dynload home:/usr
home:/nowhere/there path:/usr/lib/python3.11:/usr/lib/python3.11/lib-dynload:/more
path:/usr/lib/python3.11
PYTHONOPTIMIZE=2 PYTHONDONTWRITEBYTECODE=1 PYTHONNOUSERSITE=1 PYTHONWARNINGS=ignore,default::UserWarning PYTHONPATH=/a:/b PYTHONUNBUFFERED=1 PYTHONVERBOSE=0 --
PYTHONOPTIMIZE=2 PYTHONDONTWRITEBYTECODE=1 PYTHONNOUSERSITE=1 PYTHONWARNINGS=ignore,default::UserWarning PYTHONPATH=/a:/b PYTHONUNBUFFERED=1 -- config=python
PYTHONOPTIMIZE=2 PYTHONPATH=/a:/b PYTHONHASHSEED=7 PYTHONUTF8=1 PYTHONIOENCODING=latin-1 -- config=isolated
PYTHONHASHSEED=123 PYTHONUTF8=1 PYTHONIOENCODING=latin-1:replace PYTHONPYCACHEPREFIX=/caches PYTHONDEVMODE=1 PYTHONSAFEPATH=1 -- config=python
PYTHONHASHSEED=x -- config=python
PYTHONUTF8=x -- config=python
PYTHONTRACEMALLOC=2 PYTHONFAULTHANDLER=1 PYTHONPROFILEIMPORTTIME= PYTHONNODEBUGRANGES=1 PYTHONWARNDEFAULTENCODING=1 PYTHONMALLOC=malloc -- config=python
PYTHONTRACEMALLOC=x -- config=python
PYTHONPLATLIBDIR=lib64 -- config=python
PYTHONINTMAXSTRDIGITS=800 PYTHONINSPECT=1 PYTHONDEBUG=0 -- config=python
PYTHONINTMAXSTRDIGITS=8 -- config=python
PYTHONDEVMODE=1 PYTHONUTF8=1 -- config=compat
LC_ALL=C -- config=python
LC_ALL=C -- config=isolated
LC_ALL=C -- config=compat
LC_ALL=C PYTHONCOERCECLOCALE=0 -- config=python
LC_ALL=POSIX PYTHONCOERCECLOCALE=warn PYTHONUTF8=0 -- pre=python config=python
LC_CTYPE=C LC_ALL= LANG= -- pre=python pre.coerce_c_locale=0 pre.utf8_mode=0 config=python
pre=python pre.utf8_mode=1 config=python
pre=python pre.utf8_mode=1 config=isolated
pre=isolated config=python
pre=isolated pre.dev_mode=1 config=python
pre=isolated pre.use_environment=1 config=python use_environment=1
pre=python pre.isolated=1 config=python
pre=python pre.use_environment=0 config=python
pre=python pre.dev_mode=1 config=python
pre=python pre.allocator=3 config=python
pre=python preargs=prog|-I|-X|dev|-X|utf8 config=python argv=prog|-I|-X|dev|-X|utf8
pre=python pre.utf8_mode=0 preargs=prog|-X|utf8 config=python argv=prog
PYTHONTRACEMALLOC=2 PYTHONMALLOC=malloc_debug -- config=python
PYTHONTRACEMALLOC=2 PYTHONMALLOC=debug -- config=python
PYTHONPATH=x::y:./z/../q -- config=python site_import=0
pre=python preargs=prog|-E config=python argv=prog
pre=python config=python argv=prog|-X|dev|-W|error|script.py|x
pre=python pre.dev_mode=0 config=python argv=prog|-X|dev|-c|pass
pre=isolated config=isolated parse_argv=1 isolated=0 argv=prog|-X|dev|-W|ignore|-c|pass|one|two
pre=isolated config=isolated parse_argv=1 argv=prog|-I|-X|dev
pre=isolated config=isolated parse_argv=1 argv=prog|-E|-s|-S|-B|-u|-O|-q|-b
config=isolated parse_argv=1 dev_mode=-1 argv=prog|-X|dev|-X|faulthandler|-X|tracemalloc=3|-X|pycache_prefix=/p|-X|mine
config=python argv=prog|-X|utf8=0|-X|frozen_modules=off|-X|no_debug_ranges|-X|warn_default_encoding|-X|int_max_str_digits=700|-
config=python argv=prog|-X|tracemalloc=x
config=python argv=prog|-X|frozen_modules=maybe
config=python argv=prog|-X|int_max_str_digits=7
config=python argv=prog|-X|utf8=7
config=python argv=prog|-bb|-S|--check-hash-based-pycs|always|-m|nothing.there|a verbose=0
config=python argv=prog|-P|-OO|-i|-d|-x|/file/there.py|y
config=python argv=prog|--check-hash-based-pycs|sometimes
config=python argv=prog|-V
config=python argv=prog|-Z
config=python argv=prog|-c
config=python parse_argv=0 argv=prog|-c|pass
config=python parse_argv=0 argv=|x
config=python parse_argv=2 argv=prog|-I
config=python argv=-
config=python argv=prog|-
config=python argv=prog|-i|-
config=python argv=
config=python argv=python3.11|-c|pass
config=python argv=/usr/bin/python3|-c|pass
config=python argv=./relative/python|-c|pass
config=python argv=relative/script orig_argv=given|before
config=isolated argv=a|-b|c parse_argv=1
config=isolated argv=a|-b|c
config=python isolated=1
config=python isolated=1 use_environment=1 user_site_directory=1 safe_path=0
config=isolated isolated=0 use_environment=1 user_site_directory=1
PYTHONPATH=/x PYTHONOPTIMIZE=1 -- config=isolated isolated=0 use_environment=1
config=python use_environment=0
config=python dev_mode=1
config=python dev_mode=1 faulthandler=0 warnoptions=ignore
config=python dev_mode=1 argv=prog|-W|always|-bb warnoptions=error::FutureWarning|once
config=isolated dev_mode=1
config=isolated install_signal_handlers=1 use_hash_seed=1 hash_seed=42 faulthandler=1 tracemalloc=2
config=python use_hash_seed=1 hash_seed=0
config=python use_hash_seed=0
config=python tracemalloc=4 import_time=0 code_debug_ranges=0 show_ref_count=1 malloc_stats=0
config=python filesystem_encoding=latin-1 filesystem_errors=replace
config=python filesystem_encoding=no-such-encoding
config=python filesystem_encoding=latin-1 filesystem_errors=strict
config=python stdio_encoding=latin-1 stdio_errors=backslashreplace
config=python stdio_encoding=no-such-encoding
config=python stdio_errors=ignore
config=python pycache_prefix=/caches/there
config=python xoptions=a|b=2|c=
config=python xoptions=dev|faulthandler|utf8
config=isolated xoptions=dev|tracemalloc|pycache_prefix=/q
config=python warnoptions=ignore|error::Warning bytes_warning=1
config=python bytes_warning=2
config=python bytes_warning=3 quiet=5 optimization_level=7 inspect=2 interactive=3
config=python site_import=0
config=python warn_default_encoding=1
config=python inspect=1 interactive=1
config=python optimization_level=2 parser_debug=0 write_bytecode=0 quiet=1
config=python user_site_directory=0 configure_c_stdio=0 buffered_stdio=0
config=isolated configure_c_stdio=1 buffered_stdio=0
config=python check_hash_pycs_mode=never use_frozen_modules=0 safe_path=1
config=python check_hash_pycs_mode=whatever
config=python program_name=/usr/bin/python3.11
config=python program_name=/nowhere/bin/prog
config=python program_name=prog
config=python pythonpath_env=/one:/two::/three
config=python home=/usr
config=python home=/nowhere pathconfig_warnings=0
config=python platlibdir=lib64
config=python module_search_paths_set=1 module_search_paths=/usr/lib/python3.11|/usr/lib/python3.11/lib-dynload|/mine
config=isolated module_search_paths_set=1 module_search_paths=/usr/lib/python3.11|/usr/lib/python3.11/lib-dynload
config=python stdlib_dir=/std/lib
config=python executable=/exe/cutable
config=python executable=/exe/cutable base_executable=/base/exe prefix=/pre base_prefix=/usr exec_prefix=/epre base_exec_prefix=/usr
config=python prefix=/pre exec_prefix=/epre
config=python base_prefix=/usr base_exec_prefix=/usr
config=isolated program_name=/usr/bin/python3.11 home=/usr
config=isolated program_name=/usr/bin/x executable=/usr/bin/y
config=python skip_source_first_line=1 run_command=pass
config=python run_module=nothing
config=python run_filename=there.py
config=python run_filename=there.py argv=prog|other.py|a
config=python run_command=pass argv=prog|other.py|a
config=python run_module=nothing argv=prog|-c|pass|a
config=python read
config=python read argv=prog|-c|pass
config=python argv=prog|-c|pass|x read +module_search_paths=/extra +warnoptions=ignore +xoptions=late
config=isolated read +module_search_paths=/extra
config=isolated read module_search_paths_set=0
config=python read prefix=/changed executable=/changed/too read
config=python _init_main=0
config=isolated _init_main=0 read
config=isolated _isolated_interpreter=1
config=python twice
config=isolated twice argv=a|b
config=compat twice
Py_OptimizeFlag=1 config=python optimization_level=2
Py_NoSiteFlag=1 Py_IsolatedFlag=1 config=isolated site_import=1
config=python run argv=prog|-c|import\tsys;print(sys.argv)|a
config=python run argv=prog|-c|1/0
config=python run argv=prog|-c|import\tsys;sys.exit(3)
config=python run argv=prog|-m|this.is.not.there
config=python run argv=prog|/no/such/file.py
config=isolated run run_command=print(__name__)
config=isolated run run_module=platform argv=prog
config=python run run_filename=<folder>
'''

def scenarios(folder):
    for line in SCENARIOS.splitlines()[1:]:
        words = line.replace('<folder>', folder).split(' ') if line else []
        variables = {}
        if '--' in words:
            at = words.index('--')
            variables = dict(word.split('=', 1) for word in words[:at])
            words = words[at + 1:]
        yield line, variables, [w.replace('\\t', '\t') for w in words]


def environment():
    """A small one, the same for both."""
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": ""}
