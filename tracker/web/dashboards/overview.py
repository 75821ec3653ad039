"""The manager's dashboard: how many are late, and whose; of today, or as at the end of a past day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import g, render_template, request, url_for
from markupsafe import Markup

from tracker.access import Permission
from tracker.actions.queries import ActionFilter, Group
from tracker.actions.rules.deadlines import SIGNAL_LABELS, Signal
from tracker.actions.rules.periods import Period
from tracker.actions.rules.workflow import LABELS, Status
from tracker.dashboards import charts
from tracker.dashboards.charts import Piece, Row
from tracker.dashboards.figures import AgeBand, DepartmentLoad, Figure, Overview
from tracker.dashboards.remembering import view_of
from tracker.foundation.language import N_, SOURCE_LANGUAGE
from tracker.foundation.showing import show_number
from tracker.people.rules.naming import department_name
from tracker.reports.rules.adoption import LABELS as ADOPTION_LABELS
from tracker.reports.rules.adoption import Adoption
from tracker.web.actions import lists
from tracker.web.dashboards.blueprint import blueprint
from tracker.web.dashboards.tiles import Tile, tiles_of
from tracker.web.session import act, requires, say, session, standards, today, wiring


@dataclass(frozen=True)
class Chart:
    """A chart of the page: its question, its answer, what it counts, and what is drawn."""

    id: str
    question: str
    answer: str
    definition: str
    category_label: str
    data: dict[str, Any]


@dataclass(frozen=True)
class HeatCell:
    """A number of the heat table, the list behind it, and how strong it is among its column, 0 to 4."""

    number: int
    address: str
    heat: int


@blueprint.get("/dashboard")
@requires(Permission.Dashboard.READ)
def show_dashboard() -> str:
    """Show how many items are late, and whose; what was drawn for somebody who sees the same is drawn once."""
    asked = lists.filter_of({**request.args, "group": Group.OPEN.value})
    wanted = ActionFilter(department_id=asked.department_id, as_at=asked.as_at)
    question = ("page", view_of(act().by), wanted, today(), standards(), g.language)
    figures = wiring().figures.remembered(session(), question, lambda: _figures(wanted))
    return render_template(
        "dashboards/show_dashboard.html", figures=figures, mine=_mine(wanted), as_at=wanted.as_at
    )


def _mine(wanted: ActionFilter) -> Tile | None:
    """Return how much waits for the reader to decide, which the history does not tell of."""
    if wanted.as_at is not None:
        return None
    number = wiring().figures.mine(session(), act().by, wanted, today(), standards())
    address = lists.address_of(replace(wanted, group=Group.MINE))
    return Tile(number, lists.group_name(Group.MINE), address)


@dataclass(frozen=True)
class Drawn:
    """What was drawn of a dashboard: the sentence on top, the choice of department and day, and the figures."""

    answer: str
    choice: Markup
    body: Markup


def overview_of(wanted: ActionFilter) -> Overview:
    """Return the figures of a filter; a reader of the whole city gets agencies, unless one department is asked for."""
    whole_city = act().by.scope(Permission.Dashboard.READ).city
    return wiring().figures.overview(
        session(),
        act().by,
        wanted,
        today(),
        standards(),
        by_agency=whole_city and wanted.department_id is None,
    )


def _figures(wanted: ActionFilter) -> Drawn:
    told = overview_of(wanted)
    whole_city = act().by.scope(Permission.Dashboard.READ).city
    choice = render_template(
        "dashboards/_choice.html",
        wanted=wanted,
        departments=lists.department_options(session()) if whole_city else [],
    )
    tiles = tiles_of(told.tiles(), wanted, told.releases.year)
    body = render_template(
        "dashboards/_figures.html",
        told=told,
        tiles=tiles,
        charts=charts_of(told, wanted),
        heat=_heat(told.departments, wanted),
        lights=[say(SIGNAL_LABELS[each]) for each in _LIGHTS],
        words={each.value: (say(each.question), say(each.definition)) for each in Figure},
    )
    return Drawn(answer_of(told), Markup(choice), Markup(body))  # noqa: S704 - drawn by our own templates


def charts_of(told: Overview, wanted: ActionFilter) -> list[Chart]:
    """Return the charts of a dashboard, in the order of their weight."""
    still_open = replace(wanted, group=Group.OPEN)
    whose = [
        Row(
            department_name(load, g.language),
            load.counts,
            replace(still_open, department_id=load.department_id, with_units=load.with_units),
        )
        for load in told.departments
    ]
    # An item without a theme cannot be asked for by one.
    themed = [
        Row(each.theme, each.counts, replace(still_open, theme=each.theme))
        for each in told.themes
        if each.theme
    ]
    return [
        _bars(Figure.BY_DEPARTMENT, whose, charts.LATENESS, _chart_answer(told.departments)),
        _ageing(told, wanted),
        _trend(told, wanted),
        _calendar(told, wanted),
        _bars(Figure.STATUS, whose, charts.STATUSES),
        _bars(Figure.ADOPTION, whose, charts.ADOPTIONS),
        _bars(Figure.THEMES, themed, charts.STATUSES),
        _bars(Figure.THEME_ADOPTION, themed, charts.ADOPTIONS),
    ]


def _bars(figure: Figure, rows: Sequence[Row], pieces: Sequence[Piece], answer: str = "") -> Chart:
    of_themes = figure in (Figure.THEMES, Figure.THEME_ADOPTION)
    label = say(N_("主題")) if of_themes else say(N_("主辦機關"))
    data = charts.bars(rows, pieces, say(N_("件")), _name, lists.address_of)
    return Chart(figure.value, say(figure.question), answer, say(figure.definition), label, data)


def _ageing(told: Overview, wanted: ActionFilter) -> Chart:
    data = charts.ageing(told.ageing, wanted, say(N_("件")), say(N_("逾期")), _days, lists.address_of)
    oldest = next((band for band in reversed(told.ageing) if band.number), None)
    answer = (
        say(N_("最久的一段是%(band)s，%(number)s 件。"), band=_days(oldest), number=_number(oldest.number))
        if oldest
        else say(N_("沒有逾期的事項。"))
    )
    return _chart(Figure.AGEING, answer, say(N_("逾期日數")), data)


def _trend(told: Overview, wanted: ActionFilter) -> Chart:
    names = (say(N_("開始列管")), say(N_("解列")), say(N_("月底逾期")))
    data = charts.trend(told.trend, wanted, say(N_("件")), names, month_name, lists.address_of)
    last, before = told.trend[-1], told.trend[-2]
    answer = say(
        N_("本月開始列管 %(opened)s 件、解列 %(closed)s 件；逾期由上月底的 %(before)s 件變為 %(now)s 件。"),
        opened=_number(last.opened),
        closed=_number(last.closed),
        before=_number(before.overdue),
        now=_number(last.overdue),
    )
    return _chart(Figure.TREND, answer, say(N_("月份")), data)


def _calendar(told: Overview, wanted: ActionFilter) -> Chart:
    data = charts.calendar(
        told.calendar, wanted, say(N_("件")), say(N_("到期")), month_name, lists.address_of
    )
    most = max(told.calendar, key=lambda each: each.number)
    answer = (
        say(
            N_("%(month)s到期最多，%(number)s 件。"),
            month=month_name(most.month),
            number=_number(most.number),
        )
        if most.number
        else say(N_("接下來一年沒有到期的事項。"))
    )
    return _chart(Figure.CALENDAR, answer, say(N_("月份")), data)


def _chart(figure: Figure, answer: str, label: str, data: dict[str, Any]) -> Chart:
    return Chart(figure.value, say(figure.question), answer, say(figure.definition), label, data)


_LIGHTS = {Signal.OVERDUE: "red", Signal.ATTENTION: "amber", Signal.NORMAL: "green"}


def _heat(loads: Sequence[DepartmentLoad], wanted: ActionFilter) -> list[tuple[str, str, list[HeatCell]]]:
    """Return a row for each department, which leads to its own dashboard, a cell for each light."""
    most = {name: max((getattr(load.counts, name) for load in loads), default=0) for name in _LIGHTS.values()}
    return [
        (
            department_name(load, g.language),
            url_for("dashboards.show_department", department_id=load.department_id),
            [
                _cell(load, light, getattr(load.counts, name), most[name], wanted)
                for light, name in _LIGHTS.items()
            ],
        )
        for load in loads
    ]


def _cell(load: DepartmentLoad, light: Signal, number: int, most: int, wanted: ActionFilter) -> HeatCell:
    asked = replace(
        wanted,
        group=Group.OPEN,
        department_id=load.department_id,
        with_units=load.with_units,
        signal=light,
    )
    return HeatCell(number, lists.address_of(asked), -(-4 * number // most) if most else 0)


def _name(of: Group | Status | Adoption) -> str:
    if isinstance(of, Group):
        return lists.group_name(of)
    return say(LABELS[of] if isinstance(of, Status) else ADOPTION_LABELS[of])


def _days(band: AgeBand) -> str:
    if band.until_days is None:
        return say(N_("超過 %(days)s 日"), days=band.from_days - 1)
    return say(N_("%(first)s–%(last)s 日"), first=band.from_days, last=band.until_days)


def month_name(month: Period) -> str:
    """Return a month in the reader's words."""
    year = month.roc if g.language == SOURCE_LANGUAGE else month.year
    return say(month.label, year=year, month=month.month)


def _number(number: int) -> str:
    return show_number(number, g.language)


def answer_of(told: Overview) -> str:
    """Return the sentence that answers first: how many are late, and whose."""
    counts, loads = told.counts, told.departments
    if not counts.open and not told.releases.closed:
        return say(N_("目前沒有列管事項。"))
    if not counts.overdue:
        return say(N_("列管中 %(open)s 件，沒有逾期。"), open=counts.open)
    first = loads[0]
    if first.counts.overdue == counts.overdue:
        return say(
            N_("列管中 %(open)s 件，%(overdue)s 件逾期，都在%(department)s。"),
            open=counts.open,
            overdue=counts.overdue,
            department=department_name(first, g.language),
        )
    if _is_tied(loads):
        return say(
            N_("列管中 %(open)s 件，%(overdue)s 件逾期，分散在 %(departments)s 個機關。"),
            open=counts.open,
            overdue=counts.overdue,
            departments=sum(1 for load in loads if load.counts.overdue),
        )
    return say(
        N_("列管中 %(open)s 件，%(overdue)s 件逾期，其中%(department)s %(most)s 件最多。"),
        open=counts.open,
        overdue=counts.overdue,
        department=department_name(first, g.language),
        most=first.counts.overdue,
    )


def _is_tied(loads: Sequence[DepartmentLoad]) -> bool:
    """Tell whether no single department is the most overdue one, so that none is named."""
    return len(loads) > 1 and loads[0].counts.overdue == loads[1].counts.overdue


def _chart_answer(loads: Sequence[DepartmentLoad]) -> str:
    late = [load for load in loads if load.counts.overdue]
    if not late:
        return say(N_("沒有機關逾期。"))
    if len(late) == 1:
        return say(
            N_("只有%(department)s有逾期，%(count)s 件。"),
            department=department_name(late[0], g.language),
            count=late[0].counts.overdue,
        )
    if _is_tied(loads):
        return say(
            N_("%(departments)s 個機關有逾期，最多的各 %(count)s 件。"),
            departments=len(late),
            count=late[0].counts.overdue,
        )
    return say(
        N_("%(departments)s 個機關有逾期，%(department)s最多，%(count)s 件。"),
        departments=len(late),
        department=department_name(late[0], g.language),
        count=late[0].counts.overdue,
    )
