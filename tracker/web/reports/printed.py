"""A report's pages as they were printed, with its recommendations marked on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.access import Permission
from tracker.foundation.errors import NotFound, ReportUnreadable
from tracker.foundation.filing import FileMissing
from tracker.reading.picture import Mark, Passage
from tracker.reading.scan import KIND
from tracker.reports import queries, scanning
from tracker.reports.models import Report
from tracker.web.numbers import number_of
from tracker.web.reports import review
from tracker.web.reports.blueprint import blueprint
from tracker.web.session import act, requires, say, session, wiring

# How many pixels wide the image of a page is for each zoom: twice what the pane shows, since screens are fine.
WIDTHS: Final[Mapping[int, int]] = {100: 1000, 150: 1500, 200: 2000}
PRINTED: Final = frozenset({"pdf", KIND})
"""The kinds of reports that have pages to be seen."""
_HEADERS: Final[Mapping[str, str]] = {"Content-Security-Policy": "default-src 'none'; sandbox"}
_MARKS = ("draft", "recommendation")


@dataclass(frozen=True)
class Marked:
    """A passage that is marked on the page: a confirmed recommendation, or a draft on the review desk."""

    id: int
    number: str
    words: str
    state: str
    is_current: bool
    boxes: Sequence[Mark]


@dataclass(frozen=True)
class PrintedPage:
    """One page as it is shown; `trouble` says why there is no image, and then the text stands for it."""

    report: Report
    number: int
    zoom: int
    size: tuple[int, int]
    marked: Sequence[Marked]
    text: str
    trouble: str = ""
    doubted: Sequence[Mark] = ()
    sureness: float | None = None

    @property
    def count(self) -> int:
        """Return how many pages the report has."""
        return len(self.report.page_starts or ())

    @property
    def current(self) -> Marked | None:
        """Return the passage that the reader asked for."""
        return next((each for each in self.marked if each.is_current), None)


def looks_of(report: Report) -> Mapping[int, int | None]:
    """Return how the lines of a report look, by the offset at which they begin; a scan's look all the same."""
    if report.source_kind in (KIND, "text"):
        return {}
    return dict(wiring().pages.looks(report.source_sha256, report.source_name, report.text))


@blueprint.get("/<int:report_id>/pages/<int:number>")
@requires(Permission.Report.READ)
def show_page(report_id: int, number: int) -> Any:
    """Show a page as it was printed, with what was found on it; a report without pages is shown as text."""
    report = queries.get_report(session(), act().by, report_id, with_text=True)
    if report.source_kind not in PRINTED:
        return redirect(url_for("reports.show_source", report_id=report_id))
    _check(report, number)
    page = _printed(report, number, _zoom())
    return render_template(
        "reports/show_page.html",
        page=page,
        report=report,
        kept={key: value for key in _MARKS if (value := _asked(key))},
        zooms=list(WIDTHS),
        is_part="HX-Request" in request.headers,
    )


@blueprint.get("/<int:report_id>/pages/<int:number>/image")
@requires(Permission.Report.READ)
def show_page_image(report_id: int, number: int) -> Response:
    """Hand out the image of a page; what cannot be drawn is not there."""
    report = queries.get_report(session(), act().by, report_id)
    _check(report, number)
    try:
        picture = wiring().pages.picture(report.source_sha256, report.source_name, number, WIDTHS[_zoom()])
    except ReportUnreadable as error:
        raise NotFound from error
    return Response(picture.data, mimetype=picture.mime_type, headers=dict(_HEADERS))


def _check(report: Report, number: int) -> None:
    if report.source_kind not in PRINTED or not 1 <= number <= len(report.page_starts or ()):
        raise NotFound


def _zoom() -> int:
    wanted = _asked("zoom")
    return wanted if wanted and wanted in WIDTHS else min(WIDTHS)


def _asked(key: str) -> int | None:
    return number_of(request.args.get(key))


def _printed(report: Report, number: int, zoom: int) -> PrintedPage:
    starts = [*(report.page_starts or ()), len(report.text)]
    text = report.text[starts[number - 1] : starts[number]].strip("\n")
    pages, file = wiring().pages, (report.source_sha256, report.source_name)
    wanted = _wanted(report)
    passages = [passage for passage, _ in wanted]
    scan = scanning.text_of_report(session(), report) if report.source_kind == KIND else None
    try:
        drawn = pages.picture(*file, number, WIDTHS[zoom])
        found = {each: scan.marks(each) for each in passages} if scan else pages.marks(*file, passages)
    except (ReportUnreadable, FileMissing) as error:
        return PrintedPage(report, number, zoom, (0, 0), (), text, error.text(say))
    marked = [
        Marked(*facts, boxes)
        for passage, facts in wanted
        if (boxes := [each for each in found[passage] if each.page == number])
    ]
    size, below = (drawn.width, drawn.height), wiring().settings.scans.doubted_below / 100
    doubted, sureness = (scan.doubted_on(number, below), scan.sureness_on(number)) if scan else ((), None)
    return PrintedPage(report, number, zoom, size, marked, text, doubted=doubted, sureness=sureness)


def _wanted(report: Report) -> list[tuple[Passage, tuple[int, str, str, str, bool]]]:
    """Return the passages to be marked: the drafts for whoever comes from the desk, else what was confirmed."""
    draft_id, recommendation_id = _asked("draft"), _asked("recommendation")
    if draft_id and act().by.may(Permission.Report.REVIEW):
        drafts = queries.list_drafts(session(), report.id)
        numbers = review.numbered(drafts)
        return [
            _facts(report, each, numbers[each.id], review.look_of(each), each.id == draft_id)
            for each in drafts
        ]
    return [
        _facts(report, each, str(each.seq_no), "accepted", each.id == recommendation_id)
        for each in report.recommendations
    ]


def _facts(
    report: Report, place: Any, number: str, state: str, is_current: bool
) -> tuple[Passage, tuple[int, str, str, str, bool]]:
    words = report.text[place.start : place.end]
    return Passage(place.start, place.end, words), (place.id, number, words, state, is_current)
