"""Languages of pages, letters and exports; msgids are Traditional Chinese, other languages are catalogues.

The language is always handed in: a page knows its reader's, a letter its recipient's.
"""

from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.support import NullTranslations

CATALOGUES = Path(__file__).parent / "catalogues"
SOURCE_LANGUAGE = "zh-Hant"
LANGUAGES = {"zh-Hant": "正體中文", "en": "English"}


def N_(msgid: str) -> str:  # noqa: N802 - the name that message extractors look for
    """Mark a msgid for translation at the door, where the reader's language is known."""
    return msgid


@cache
def translations(language: str) -> "NullTranslations":
    """Return the catalogue of a language; the source language needs none."""
    # Loaded when words are wanted: the child that reads one file wants none, and starts for every file.
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - see above
    from babel.messages.pofile import read_po  # noqa: PLC0415 - see above
    from babel.support import NullTranslations, Translations  # noqa: PLC0415 - see above

    path = CATALOGUES / f"{language}.po"
    if language not in LANGUAGES or not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def translator(language: str) -> Callable[[str], str]:
    """Return the function that says a msgid in a language."""
    return translations(language).ugettext


def known_language(wanted: str | None) -> str:
    """Return the supported language nearest to what was asked for, else the source language."""
    if wanted and wanted.lower().startswith("en"):
        return "en"
    return SOURCE_LANGUAGE
