"""The XML parts of a zip package of office documents, unpacked within bounds and parsed without entities."""

from typing import Any, Final, TypeAlias

from lxml import etree

from tracker.foundation.errors import FileTruncated, FileUnsafe
from tracker.reading.archive import Archive

_NO_MEMORY: Final = 2
# LibreOffice and Word both write the strict namespaces rarely; one spelling is enough for the readers.
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"

Element: TypeAlias = Any  # lxml ships no types.


class Package(Archive):
    """An archive whose parts are XML."""

    def tree(self, name: str) -> Element:
        """Parse one part without entities, network or a document type; raise as `part`, or FileTruncated."""
        return parsed(self.part(name))


def parsed(data: bytes) -> Element:
    """Return the root of an XML text; raise FileTruncated for bad XML, FileUnsafe for a document type."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root: Element = etree.fromstring(data.replace(_STRICT, _TRANSITIONAL), parser)
    except etree.XMLSyntaxError as error:
        if error.code == _NO_MEMORY:
            raise MemoryError from error
        raise FileTruncated from error
    if root.getroottree().docinfo.internalDTD is not None:
        # Neither OOXML nor ODF knows document types; who brings one wants to define entities.
        raise FileUnsafe
    return root
