"""The sentences that readers may see, as code and templates mark them; run as a program it updates the catalogues."""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from tracker.foundation.language import CATALOGUES, LANGUAGES, SOURCE_LANGUAGE

ROOT = Path(__file__).resolve().parents[2]
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
OTHER_LANGUAGES = sorted(set(LANGUAGES) - {SOURCE_LANGUAGE})
EXTENSIONS = "jinja2.ext.do,jinja2.ext.loopcontrols"


def sentences() -> Iterator[tuple[str | tuple[str, ...], str]]:
    """Yield each msgid, a tuple where it has plural forms, with the file it was found in."""
    options = {each: {"silent": "false", "extensions": EXTENSIONS} for each in ("**.html", "**.txt")}
    for folder in ("tracker", "templates"):
        # Babel would leave out folders whose names begin with an underscore; the letters' layout lies in one.
        found_in = extract_from_dir(
            ROOT / folder, METHODS, options, KEYWORDS, directory_filter=lambda _: True
        )
        for name, _, found, _, _ in found_in:
            if found:
                yield found, f"{folder}/{name}"


def catalogue(language: str) -> Catalog:
    """Return the catalogue of a language, empty when there is none yet."""
    path = CATALOGUES / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> int:
    """Add new sentences to a catalogue, drop those that nobody says, and return how many are still unsaid."""
    known = catalogue(language)
    fresh = Catalog(locale=language)
    for found, place in sentences():
        said = known.get(found)
        fresh.add(found, said.string if said else None, locations=[(place, 0)])
    path = CATALOGUES / f"{language}.po"
    path.parent.mkdir(exist_ok=True)
    # Without a header and without places a catalogue changes only where its sentences do.
    with path.open("wb") as file:
        write_po(file, fresh, width=110, no_location=True, omit_header=True)
    return sum(not message.string or not any(message.string) for message in fresh if message.id)


if __name__ == "__main__":
    for each in OTHER_LANGUAGES:
        print(f"{each}: {update(each)} sentences still to be said")
