"""The same report as text, Word, OpenDocument, web page and PDF gives the same recommendations.

LibreOffice makes the files, from a Word file with heading styles, automatic numbers and real tables; it also says,
by its own export to text, what the automatic numbers are.
"""

import random
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdfium2
import pytest

from tests.support.browser import find_chromium
from tests.support.office import definition, instance, level, p, word
from tests.support.word_report import word_report
from tracker.extraction import extract
from tracker.reading import readers
from tracker.reading.document import Block, BlockKind, Document, PlaceOnPage, ReadingLimits

DOCUMENTS = Path(__file__).parents[2] / "documents"
SOFFICE = shutil.which("soffice")
CHROMIUM = find_chromium()
TEXT = "txt:Text (encoded):UTF8"
REPORTS = tuple(
    sorted(
        path.relative_to(DOCUMENTS).with_suffix("").as_posix()
        for folder in (DOCUMENTS, DOCUMENTS / "seen")
        for path in folder.glob("*.txt")
    )
)
COUNTED = (
    "nested_headings",
    "paragraphs_without_numbers",
    "table_with_continuation",
    "seen/earthquake_drill_findings_and_last_year",
    "seen/emergency_call_centre_measures_and_next_steps",
    "seen/library_phased_agency_lines",
    "seen/en_study_tour_library_hubs",
)
PRINTED = (
    "nested_headings",
    "table_with_continuation",
    "seen/earthquake_drill_findings_and_last_year",
    "seen/en_ticketing_outage_review",
    "seen/island_ferry_table_six_columns",
    "seen/zero_waste_boxes_and_summary",
)
KINDS = ("docx", "odt", "html", "pdf")
OTHERWISE = {
    # The stars of Markdown make words bold within a sentence, which no other reader tells.
    *(("incident_checklist", kind) for kind in KINDS),
    # The lines of these were broken at the width of the page, some before a number within a sentence: in Word such a
    # number begins an item of a list, and only the broken lines tell that it is none.
    *((f"seen/{name}_numbered_clauses", kind) for name in ("inspector", "wrapped_inline") for kind in KINDS),
    # A web page sets two blanks as one, and LibreOffice writes (1) as 1. there.
    ("seen/en_consultant_parking_study", "html"),
    ("seen/rail_access_study_chapters", "html"),
}
LISTS = 12
FORMATS = (
    "decimal",
    "taiwaneseCountingThousand",
    "ideographTraditional",
    "ideographLegalTraditional",
    "upperRoman",
    "lowerLetter",
    "decimalZero",
    "decimalEnclosedCircle",
    "bullet",
    "none",
)

pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which each report lies in every format, and each file of lists as LibreOffice reads it."""
    folder = tmp_path_factory.mktemp("formats")
    reports = [folder / f"{Path(name).name}.docx" for name in REPORTS]
    for name, file in zip(REPORTS, reports, strict=True):
        file.write_bytes(word_report(text_of(name))[0])
    lists = [folder / f"lists{seed}.docx" for seed in range(LISTS)]
    for seed, file in enumerate(lists):
        file.write_bytes(random_lists(random.Random(seed)))
    counted = [*(folder / f"{Path(name).name}.docx" for name in COUNTED), *lists]
    with ThreadPoolExecutor() as at_once:
        others = [at_once.submit(convert, reports, target, folder) for target in ("html", "pdf")]
        convert([*reports, *lists], "odt", folder)
        convert(counted, TEXT, folder / "docx")
        convert([file.with_suffix(".odt") for file in counted], TEXT, folder / "odt")
        for other in others:
            other.result()
    return folder


def convert(files: list[Path], target: str, folder: Path) -> None:
    profile = files[0].parent / f"profile-{target[:4]}"
    command = [SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless"]
    command += ["--convert-to", target, "--outdir", folder, *files]
    subprocess.run(command, check=True, capture_output=True, timeout=240)


def random_lists(chance: random.Random) -> bytes:
    """Return a Word file of 40 paragraphs in lists that share, restart, skip and nest levels as chance has it."""
    count = chance.randint(1, 3)
    definitions = [
        definition(key, *(random_level(chance, depth) for depth in range(4))) for key in range(count)
    ]
    lists = [
        instance(number + 1, number % count, random_start(chance) if chance.random() < 0.4 else "")
        for number in range(count + 2)
    ]
    body = "".join(
        p(f"段{n}")
        if chance.random() < 0.15
        else p(f"項{n}", chance.randint(1, len(lists)), chance.randrange(3))
        for n in range(40)
    )
    return word(body, "".join(definitions + lists))


def random_level(chance: random.Random, depth: int) -> str:
    number_format = chance.choice(FORMATS)
    place = f"%{depth + 1}"
    if number_format == "bullet":
        return level(depth, "bullet", chance.choice("•※○■"))
    if number_format == "none":
        return level(depth, "none", "")
    shape = chance.choice([f"{place}、", f"（{place}）", f"{place}.", f"第{place}章"])
    if depth and chance.random() < 0.4:
        shape = ".".join(f"%{n + 1}" for n in range(depth + 1))
    return level(depth, number_format, shape, chance.choice([1, 1, 1, 3]))


def random_start(chance: random.Random) -> str:
    starts = [(depth, chance.choice([1, 1, 5])) for depth in range(3) if chance.random() < 0.6]
    return "".join(
        f'<w:lvlOverride w:ilvl="{depth}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
        for depth, start in starts
    )


def text_of(name: str) -> str:
    return (DOCUMENTS / f"{name}.txt").read_text("utf-8-sig")


def read(path: Path) -> Document:
    return readers.read(path.name, path.read_bytes(), ReadingLimits())


def recommendations(document: Document) -> list[tuple[str, str, str]]:
    """Return what matters of each recommendation, without the blanks and the furniture that formats set otherwise."""
    furniture = [block for block in document.blocks if block.kind is BlockKind.FURNITURE]
    return [
        (
            squeezed(without(document.text, furniture, found.start, found.end)),
            squeezed(found.owner_hint or ""),
            str(found.due_hint.date) if found.due_hint else "",
        )
        for found in extract(document).recommendations
    ]


def without(text: str, furniture: list[Block], start: int, end: int) -> str:
    """Return a stretch of a text without the page numbers and running headers within it."""
    kept, begin = [], start
    for block in furniture:
        if start <= block.start < end:
            kept.append(text[begin : block.start])
            begin = block.end
    return "".join([*kept, text[begin:end]])


def within(data: bytes, places: tuple[PlaceOnPage, ...]) -> str:
    """Return what a file prints within boxes; PDFium has a sign of its own for hyphens at line ends."""
    with pypdfium2.PdfDocument(data) as document:
        texts = [document[place.page - 1].get_textpage().get_text_bounded(*place[1:]) for place in places]
    return squeezed("".join(texts).replace("\ufffe", "-").replace("\x02", "-"))


def squeezed(text: str) -> str:
    return re.sub(r"\s|\*\*", "", text)


def lines(text: str) -> list[str]:
    """Return lines without blanks; LibreOffice gives every level of bullets its own sign."""
    return [re.sub("^[◦▪]", "•", line) for line in map(squeezed, text.split("\n")) if line]


@pytest.mark.slow
class TestRecommendations:
    @pytest.mark.parametrize(
        ("name", "kind"),
        [(name, kind) for name in REPORTS for kind in KINDS if (name, kind) not in OTHERWISE],
    )
    def test_are_those_of_the_text(self, files: Path, name: str, kind: str) -> None:
        wanted = recommendations(read(DOCUMENTS / f"{name}.txt"))
        assert recommendations(read(files / f"{Path(name).name}.{kind}")) == wanted


@pytest.mark.slow
class TestPlaces:
    @pytest.mark.parametrize("name", PRINTED)
    def test_boxes_hold_what_was_recommended(self, files: Path, name: str) -> None:
        data = (files / f"{Path(name).name}.pdf").read_bytes()
        found = extract(readers.read("a.pdf", data, ReadingLimits())).recommendations
        printed = [
            within(data, readers.boxes("a.pdf", data, each.start, each.end, ReadingLimits()))
            for each in found
        ]
        assert printed == [squeezed(each.text) for each in found]


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
class TestPrintedPages:
    """What Chromium prints of the web page that LibreOffice made."""

    @pytest.mark.parametrize("name", PRINTED)
    def test_give_the_same(self, files: Path, name: str) -> None:
        page = files / f"{Path(name).name}.html"
        printed = files / "printed" / f"{Path(name).name}.pdf"
        printed.parent.mkdir(exist_ok=True)
        command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
        command += [f"--user-data-dir={files / 'chromium'}", f"--print-to-pdf={printed}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        assert recommendations(read(printed)) == recommendations(read(DOCUMENTS / f"{name}.txt"))


@pytest.mark.slow
class TestNumbers:
    @pytest.mark.parametrize("name", REPORTS)
    def test_are_those_that_were_typed(self, name: str) -> None:
        made, labels = word_report(text_of(name))
        document = readers.read("a.docx", made, ReadingLimits())
        assert [block.label for block in document.blocks if block.label] == labels

    @pytest.mark.parametrize("kind", ["docx", "odt"])
    @pytest.mark.parametrize("name", [Path(name).name for name in COUNTED])
    def test_of_a_report_are_those_that_libreoffice_prints(self, files: Path, name: str, kind: str) -> None:
        document = read(files / f"{name}.{kind}")
        numbered = [squeezed(document.text[b.start : b.end]) for b in document.blocks if b.label]
        printed = iter(lines((files / kind / f"{name}.txt").read_text("utf-8-sig")))
        assert [line for line in numbered if line not in printed] == []

    @pytest.mark.parametrize("kind", ["docx", "odt"])
    @pytest.mark.parametrize("seed", range(LISTS))
    def test_of_any_lists_are_those_that_libreoffice_prints(self, files: Path, seed: int, kind: str) -> None:
        printed = lines((files / kind / f"lists{seed}.txt").read_text("utf-8-sig"))
        assert lines(read(files / f"lists{seed}.{kind}").text) == printed
