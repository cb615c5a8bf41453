"""Parts of a test that need installed packages."""
import importlib.util
import os
import sys

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from builds import omitted


def part(*packages):
    """Run a function if its packages are there and not omitted; the report names what it raised."""
    def decorate(function):
        if not set(packages) & set(omitted()) and all(importlib.util.find_spec(p) for p in packages):
            print('----', function.__name__, flush=True)
            try:
                function()
            except Exception as e:
                print('raised', type(e).__name__, str(e)[:300])
    return decorate
