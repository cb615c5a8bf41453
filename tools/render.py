"""render.py OUT FOLDER: each reStructuredText file below FOLDER as HTML in OUT, by Docutils.

Packages compress long documents, and those of Docutils itself end in .txt.
"""
import gzip
import os
import sys

from docutils.core import publish_string

SETTINGS = {'report_level': 5, 'halt_level': 5, 'input_encoding': 'utf-8', 'embed_stylesheet': False,
            'stylesheet_path': None, 'file_insertion_enabled': False, 'datestamp': None, '_disable_config': True}


def documents(folder):
    for base, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.endswith(('.rst', '.rst.gz')) or name.endswith('.txt') and 'docutils' in base:
                yield os.path.join(base, name)


out, folder = sys.argv[1:]
for path in documents(folder):
    with (gzip.open if path.endswith('.gz') else open)(path, 'rb') as f:
        text = f.read()
    try:
        html = publish_string(text, path, writer_name='html5', settings_overrides=SETTINGS)
    except Exception as e:
        html = ('%s: %s\n' % (type(e).__name__, e)).encode()
    print(path, len(html))
    with open(os.path.join(out, os.path.relpath(path, folder).replace(os.sep, '_') + '.html'), 'wb') as f:
        f.write(html)
