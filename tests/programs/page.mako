<%! import math %>
<%def name="row(x)"><td>${x | h}</td></%def>
<h1>${title.upper()}</h1>
% for i in range(5):
<tr>${row('<%d>' % i)}${math.sqrt(i)}</tr>
% endfor
<%block name="b">block ${', '.join(str(x) for x in range(3))}</%block>
