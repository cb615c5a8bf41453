"""highlight.py OUT FILE...: each Python file as HTML below OUT, by Pygments."""
import os
import sys

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

out, *paths = sys.argv[1:]
for path in paths:
    with open(path, encoding='utf-8', errors='replace') as f:
        text = f.read()
    html = highlight(text, PythonLexer(), HtmlFormatter(full=True, linenos='table', title=path))
    with open(os.path.join(out, os.path.basename(path) + '.html'), 'w', encoding='utf-8') as f:
        f.write(html)
