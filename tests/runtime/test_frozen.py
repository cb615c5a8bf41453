"""Frozen modules: what is found, what their code is, what running it does."""
import _imp
import importlib.util
import sys

NAMES = ['__hello__', '__hello_alias__', '__hello_only__', '__phello__', '__phello__.__init__', '__phello__.ham',
         '__phello__.ham.__init__', '__phello__.ham.eggs', '__phello__.spam', '__phello_alias__',
         '__phello_alias__.spam', '_frozen_importlib', '_frozen_importlib_external', 'abc', 'os', 'os.path',
         'runpy', 'zipimport', 'absent', '']


def code_facts(code):
    inner = [code_facts(const) for const in code.co_consts if hasattr(const, 'co_code')]
    return code.co_filename, code.co_name, code.co_names, code.co_code, code.co_linetable, inner


_imp._override_frozen_modules_for_tests(1)
for name in NAMES:
    print(name, _imp.find_frozen(name), _imp.is_frozen(name))
    try:
        print(hash(repr(code_facts(_imp.get_frozen_object(name)))), _imp.is_frozen_package(name))
    except ImportError as error:
        print(error)
print(_imp._frozen_module_names())
for name in '__hello_only__', '__phello__.ham.eggs', '__phello__.spam':
    module = importlib.import_module(name)
    spec = module.__spec__
    print(module, spec.origin, spec.submodule_search_locations, sorted(vars(spec.loader_state)), sorted(vars(module)))
print('__phello__.ham' in sys.modules, sys.modules['__phello__.ham'].__path__)
