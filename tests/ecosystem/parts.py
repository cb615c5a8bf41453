"""Parts of a test that need installed packages."""
import importlib.util


def part(*packages):
    """Run a function if its packages are there; the report names what it raised."""
    def decorate(function):
        if all(importlib.util.find_spec(p) for p in packages):
            print('----', function.__name__, flush=True)
            try:
                function()
            except Exception as e:
                print('raised', type(e).__name__, str(e)[:300])
    return decorate
