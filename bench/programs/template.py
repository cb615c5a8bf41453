"""A template engine that compiles to Python source, and one that interprets nodes."""
import re

N = 60
PAGE = '''<table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% end %}
{% if row[0] > 5 %}<b>{{ title }}</b>{% end %}</tr>{% end %}</table>'''


def compile_template(source):
    lines, depth = ['def render(context):', ' out = []', ' write = out.append',
                    ' globals().update(context)'], 1
    for part in re.split(r'({%.*?%}|{{.*?}})', source):
        pad = ' ' * depth
        if part.startswith('{{'):
            lines.append(f'{pad}write(escape(str({part[2:-2].strip()})))')
        elif part.startswith('{%'):
            word = part[2:-2].strip()
            if word == 'end':
                depth -= 1
            else:
                lines.append(f'{pad}{word}:')
                depth += 1
        elif part:
            lines.append(f'{pad}write({part!r})')
    lines.append(' return "".join(out)')
    space = {'escape': lambda s: s.replace('&', '&amp;').replace('<', '&lt;')}
    exec('\n'.join(lines), space)
    return space['render']


class Text:
    def __init__(self, text):
        self.text = text

    def render(self, context):
        return self.text


class Value:
    def __init__(self, name):
        self.name = name

    def render(self, context):
        return str(context[self.name])


class Loop:
    def __init__(self, name, items, body):
        self.name, self.items, self.body = name, items, body

    def render(self, context):
        out = []
        for item in context[self.items]:
            inner = {**context, self.name: item}
            out.extend(node.render(inner) for node in self.body)
        return ''.join(out)


def run(n):
    rows = [[i + j for j in range(10)] for i in range(40)]
    render = compile_template(PAGE)
    tree = Loop('row', 'rows', [Text('<tr>'), Loop('cell', 'row', [Text('<td>'), Value('cell'),
                                                                Text('</td>')]), Text('</tr>')])
    size = 0
    for _ in range(n):
        size += len(render({'rows': rows, 'title': 'a < b'}))
        size += len(tree.render({'rows': rows}))
    return size
