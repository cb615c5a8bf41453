"""xml.etree: build, serialise, parse, search."""
import xml.etree.ElementTree as ET

N = 8


def run(n):
    total = 0
    for _ in range(n):
        root = ET.Element('root')
        for i in range(150):
            item = ET.SubElement(root, 'item', id=str(i))
            ET.SubElement(item, 'name').text = f'name {i} & more'
            ET.SubElement(item, 'value').text = str(i * 2)
        text = ET.tostring(root)
        back = ET.fromstring(text)
        total += sum(int(e.text) for e in back.iter('value'))
        total += len(back.findall('./item/name')) + len(back.findall(".//item[@id='7']"))
    return total
