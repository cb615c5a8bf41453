"""The examples in the docstrings of built-ins hold, and the same objects have some."""
import builtins
import doctest

finder = doctest.DocTestFinder()
print(sorted((t.name, len(t.examples)) for t in finder.find(builtins) if t.examples))
print(doctest.testmod(builtins))
