"""jinja2: inheritance, macros, filters, escaping, the generated Python code, an error."""
import jinja2

PAGES = {
    'base': '<{% block a %}base{% endblock %}>{% macro m(x, y=2) %}[{{ x|e }}{{ y }}]{% endmacro %}{{ m("<a>") }}',
    'child': '{% extends "base" %}{% block a %}{{ super() }}{% for k, v in d|dictsort %}{{ loop.index }}:{{ k }}='
             '{{ "%.2f"|format(v) }}{% if not loop.last %}, {% endif %}{% endfor %}{% endblock %}',
}
env = jinja2.Environment(loader=jinja2.DictLoader(PAGES), autoescape=True, trim_blocks=True)
print(env.get_template('child').render(d={'b': 1.5, 'a': 2.25, '<c>': 3}))
print(env.from_string('{% set ns = namespace(x=0) %}{% for i in range(10) if i is odd %}{% set ns.x = ns.x + i %}{{ i }} '
                      '{% endfor %}{{ ns.x }} {{ [3,1,2]|sort|join("-") }} {{ {"a":[1,2]}|tojson }} '
                      '{{ "hello world"|title|wordwrap(5) }}').render())
print(env.compile('{{ a.b[0] }} {% if x %}y{% elif z %}w{% endif %}', raw=True))
try:
    env.from_string('{% for %}')
except jinja2.TemplateSyntaxError as e:
    print(e, e.lineno)
