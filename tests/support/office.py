"""Small files of word processors, built part by part so that every element is known."""

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_W = f'xmlns:w="{MAIN}"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_ODF = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "text": "text",
        "style": "style",
        "table": "table",
        "draw": "drawing",
        "fo": "xsl-fo-compatible",
    }.items()
)


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a zip file with these parts; a part called mimetype is stored as it is."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content, ZIP_STORED if name == "mimetype" else ZIP_DEFLATED)
    return stream.getvalue()


def word(body: str, numbering: str = "", styles: str = "", **parts: str) -> bytes:
    """Return a Word file with the inside of its body, its numbering and its styles."""
    return zipped(
        {
            "[Content_Types].xml": _content_types(),
            "_rels/.rels": _relations(officeDocument="word/document.xml"),
            "word/_rels/document.xml.rels": _relations(numbering="numbering.xml", styles="styles.xml"),
            "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
            "word/numbering.xml": f"<w:numbering {_W}>{numbering}</w:numbering>",
            "word/styles.xml": f"<w:styles {_W}>{styles}</w:styles>",
            **parts,
        }
    )


def p(text: str, list_id: int | None = None, depth: int = 0, properties: str = "") -> str:
    """Return a paragraph of a Word file, in a list if one is named."""
    if list_id is not None:
        properties += f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr>'
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def level(depth: int, number_format: str, text: str, start: int = 1, more: str = "") -> str:
    """Return one level of a list definition of a Word file."""
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{number_format}"/>'
        f'{more}<w:lvlText w:val="{text}"/></w:lvl>'
    )


def definition(key: int, *levels: str, more: str = "") -> str:
    """Return a list definition of a Word file."""
    kind = '<w:multiLevelType w:val="multilevel"/>'
    return f'<w:abstractNum w:abstractNumId="{key}">{kind}{more}{"".join(levels)}</w:abstractNum>'


def instance(list_id: int, key: int, more: str = "") -> str:
    """Return a list of a Word file, which counts by a definition."""
    return f'<w:num w:numId="{list_id}"><w:abstractNumId w:val="{key}"/>{more}</w:num>'


def open_document(body: str, automatic: str = "", styles: str = "", **parts: str) -> bytes:
    """Return an OpenDocument text with the inside of its body and its styles."""
    content = (
        f"<office:automatic-styles>{automatic}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body>"
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {_ODF}>{content}</office:document-content>",
            "styles.xml": f"<office:document-styles {_ODF}><office:styles>{styles}</office:styles></office:document-styles>",
            **parts,
        }
    )


def list_style(name: str, *levels: str) -> str:
    """Return a list style of an OpenDocument text."""
    return f'<text:list-style style:name="{name}">{"".join(levels)}</text:list-style>'


def number_level(depth: int, number_format: str, prefix: str = "", suffix: str = "", more: str = "") -> str:
    """Return a numbered level of a list style of an OpenDocument text."""
    return (
        f'<text:list-level-style-number text:level="{depth}" style:num-format="{number_format}" '
        f'style:num-prefix="{prefix}" style:num-suffix="{suffix}" {more}/>'
    )


def _relations(**targets: str) -> str:
    each = "".join(
        f'<Relationship Id="r{i}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(targets.items())
    )
    return f'<Relationships xmlns="{_RELATIONS}">{each}</Relationships>'


def _content_types() -> str:
    word_types = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {"document": "document.main", "numbering": "numbering", "styles": "styles"}
    overrides = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{word_types}.{kind}+xml"/>'
        for part, kind in parts.items()
    )
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )
