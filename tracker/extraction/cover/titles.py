"""The title of a report, where no field names it: the headline above the cover's fields."""

import re
from collections.abc import Callable, Sequence

from tracker.extraction.cover.delegation import job_in
from tracker.extraction.cover.periods import is_day
from tracker.extraction.outline.headings import known_heading, plain_title
from tracker.extraction.outline.labels import label_of
from tracker.extraction.passage import Line
from tracker.extraction.registry import rule
from tracker.foundation import roc

_LOOK_WITHIN = 14
_FEW = 2
_CATEGORY = re.compile(r"\s*\(\s*(?:出國)?類別\s*:.*\)$")
_LONGEST = 150
_LONGEST_NAME = 14
_GENERIC = re.compile(
    r"(?:考察|參訪|訪問|研習|進修|開會|心得)+報告(?:書)?|(?:(?!.{0,26}(?:赴|參加|出席|參與|率團|考察(?!團)|研習|訪問))(?:.{0,26})(?:政府|局|處|所|館|院|會|公司|中心|大學|學校|機關))?(?:暨?所屬(?:各)?機關(?:學校)?)?[\s　]*(?:公務人員|人員)?(?:因公)?(?:公務)?(?:派員)?(?:出國|赴國外|國外)(?:人員)?(?:考察|參訪|訪問|研習|進修|開會)?(?:心得)?(?:報告|"
    r"報告書|報告提要表|提要表|基本資料表|報告基本資料表)?(?:\s*\(.*\)|（.*）)?(?:\s+出國類別.*)?|"
    r"(?:version|draft|revision) [\d.]+.*|(?:department|ministry|office|bureau|faculty|school|board|city|county|town|borough|province) of .{2,50}|(?:.{2,60} )?(?:Assembly|Parliament|Senate|Inspectorate|Trust|Institute|Service|Office|Council|Department|Board|Agency|Administration|Bureau|Division|Authority|College|University|Committee|Commission|Ministry|General)|"
    r"(?:\w+ )?report of session [\d–/-]+|report (?:no\.? ?)?[A-Z]{0,4}[ /.-]?[\w/.-]*\d[\w/.-]*(?:, (?:published|issued|dated) .{4,24})?|(?:issued|published|dated|date):? .{4,24}|(?:final |draft )?report \(?[A-Z]{0,4}[ .-]?\w*\d[\w/.-]*\)?|"
    r"(?:.{0,60} )?(?:study visit|study tour|trip|travel|visit|mission|internal audit|audit|final|incident|official|"
    r"investigation|inspection|memorandum) ?report(?: (?:no\.? ?)?[\w./-]*\d[\w./-]*)?|report|memorandum|memo|minutes",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"[A-Z][A-Z .,&'’-]{4,}")
_TRIP = re.compile(
    r"赴|出席|參加|參與|考察|參訪|訪問|率團|研習|進修|實習|觀摩|洽談|報告|會議|論壇|研究|\b(?:report|visit|tour|study|review|conference|mission|incident|audit|outage)\b",
    re.IGNORECASE,
)
_REPORT_ENDS = ("報告", "報告書", "紀要", "之研究")


@rule
def title_line(text: str) -> bool:
    """A headline that names the report's own subject, and not only its kind.

    >>> title_line("赴荷蘭考察水岸再生報告"), title_line("銀杏市政府出國報告"), title_line("Audit report 2024-03")
    (True, False, False)
    """
    text = _CATEGORY.sub("", roc.fold(text.strip("*# 　")))
    person = job_in(text)
    if person and person.end() == len(text) and len(text) <= _LONGEST_NAME:
        return False
    return not (_GENERIC.fullmatch(text) or _SHOUTED.fullmatch(text) or is_day(text))


def title_in(lines: Sequence[Line], is_field: Callable[[Line], bool]) -> str | None:
    """Take the headline: a markdown title, else a line above the cover's fields, else one below them."""
    marked = [line.text for line in lines[:_LOOK_WITHIN] if line.text.startswith("#")]
    if any(text.startswith("# ") for text in marked):
        return next(filter(title_line, map(plain_title, marked[:_FEW])), plain_title(marked[0]))
    above: list[Line] = []
    below: list[Line] = []
    fields = 0
    for line in lines[:_LOOK_WITHIN]:
        if line.is_row or len(line.text) > _LONGEST or known_heading(plain_title(line.text)):
            break
        if is_field(line):
            fields += 1
        elif label_of(line.text) and (above or below):
            break
        else:
            (below if fields else above).append(line)
    for opening in (above, below):
        named = [i for i, line in enumerate(opening) if title_line(line.text)]
        if named:
            wanted = (i for i in named if opening[i].text.isascii() or _TRIP.search(opening[i].text))
            return _joined(opening[next(wanted, named[0]) :])
    return above[0].text.strip("*# ") if above else None


def _joined(lines: Sequence[Line]) -> str:
    """Join a headline that was broken over two lines: the rest follows at once and ends in 報告."""
    title = lines[0].text.strip("*# ")
    for line in lines[1:3]:
        if line.gap or title.endswith(_REPORT_ENDS) or not line.text.endswith(_REPORT_ENDS):
            break
        title += line.text if not title[-1].isascii() else " " + line.text
    return title
