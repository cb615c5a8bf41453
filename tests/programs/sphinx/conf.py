project = 'demo'
author = 'nobody'
extensions = ['sphinx.ext.autodoc', 'sphinx.ext.doctest', 'sphinx.ext.viewcode']
html_theme = 'alabaster'
