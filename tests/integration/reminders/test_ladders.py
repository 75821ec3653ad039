"""Ladders as a city chooses them: which applies, what a change does, and that no change writes about days gone by."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest
from sqlalchemy import select, update

from tracker.access import Act, Grant, Principal, Role
from tracker.audit.models import AuditEvent
from tracker.foundation.database import Database
from tracker.foundation.errors import Forbidden, Invalid, NotFound, VersionConflict
from tracker.foundation.language import translator
from tracker.people.queries import get_user, principal_of
from tracker.reminders.ladder_changes import (
    LadderFields,
    delete_ladder,
    get_ladder,
    impact_of,
    list_ladders,
    save_ladder,
)
from tracker.reminders.models import OutboxLetter, Planned, PlannedReminder
from tracker.reminders.planning import plan_reminders
from tracker.reminders.rules.digest import SECTION_LABELS, Section
from tracker.reminders.rules.ladder import Reason
from tracker.reminders.rules.ladders import WHOLE_CITY, Scope
from tracker.reminders.rules.stages import SHIPPED, Anchor, Capacity, Stage
from tracker.reminders.work import work_of
from tracker.reports.models import Recommendation

TUESDAY = date(2026, 6, 30)
FIVE_BEFORE = Stage(Anchor.DUE, -5, (Capacity.OFFICER,))
MORE = (*SHIPPED, FIVE_BEFORE)
FORTY_FIVE_BEFORE = Stage(Anchor.DUE, -45, (Capacity.OFFICER, Capacity.UNIT_HEAD))
THEME = "交通運輸"
LESS = tuple(stage for stage in SHIPPED if stage.code != "due-7")


@pytest.fixture
def act(office, city) -> Callable[..., Act]:
    """Act as a coordinator, or in another role, at the moment of the clock."""

    def make(role: Role = Role.COORDINATOR) -> Act:
        person = Principal(city.coordinator, "蔡佩珊", (Grant(role),))
        return Act(person, office.clock.now(), office.today())

    return make


@pytest.fixture
def save(office, database, act) -> Callable[..., int]:
    """Save a ladder and return its id."""

    def make(target, stages, **values) -> int:
        with database.transaction() as session:
            return save_ladder(session, office, act(), LadderFields("規則", target, stages, **values)).id

    return make


@pytest.fixture
def day(office, database, at):
    """Plan one morning and return the stages that people hear of, by person."""

    def live(moment: str) -> dict[str, set[int]]:
        at(moment)
        plan_reminders(office, database)
        with database.reading() as session:
            rows = session.scalars(
                select(PlannedReminder).where(
                    PlannedReminder.planned_at == office.clock.now(),
                    PlannedReminder.outcome == Planned.PLANNED,
                )
            ).all()
            heard: dict[str, set[int]] = {}
            for row in rows:
                heard.setdefault(row.stage, set()).add(row.recipient_id)
            return heard

    return live


class TestALadder:
    def test_adds_a_stage_for_its_department(self, save, day, make_item, city, at) -> None:
        make_item(TUESDAY)
        at("2026-06-19 09:00")
        day("2026-06-24 09:00")
        save((Scope.DEPARTMENT, str(city.agency)), MORE)
        assert day("2026-06-25 09:00") == {"due-5": {city.officer}}

    def test_of_another_department_changes_nothing(self, save, day, make_item, city) -> None:
        make_item(TUESDAY)
        day("2026-06-24 09:00")
        save((Scope.DEPARTMENT, str(city.office)), MORE)
        assert day("2026-06-25 09:00") == {}

    def test_switched_off_changes_nothing(self, save, day, make_item) -> None:
        make_item(TUESDAY)
        day("2026-06-24 09:00")
        save(WHOLE_CITY, MORE, is_enabled=False)
        assert day("2026-06-25 09:00") == {}

    @pytest.mark.parametrize("target", [WHOLE_CITY, (Scope.LEVEL, "city")])
    def test_may_be_of_the_whole_city_or_a_level(self, save, day, make_item, city, target) -> None:
        make_item(TUESDAY)
        day("2026-06-24 09:00")
        save(target, MORE)
        assert day("2026-06-25 09:00") == {"due-5": {city.officer}}

    def test_may_tell_somebody_else(self, save, day, make_item, city) -> None:
        make_item(TUESDAY)
        day("2026-06-26 09:00")
        told = tuple(each for each in SHIPPED if each.code != "due-1")
        save(WHOLE_CITY, (*told, Stage(Anchor.DUE, -1, (Capacity.AGENCY_HEAD,))))
        assert day("2026-06-29 09:00") == {"due-1": {city.director}}


class TestNoStorm:
    def test_a_new_stage_whose_day_is_past_is_not_made_up_for(
        self, save, day, make_item, database, city
    ) -> None:
        make_item(TUESDAY)
        day("2026-06-24 09:00")
        day("2026-06-26 09:00")
        save(WHOLE_CITY, MORE)
        assert day("2026-06-26 14:00") == {}
        with database.reading() as session:
            row = session.scalars(select(PlannedReminder).where(PlannedReminder.stage == "due-5")).one()
        assert (row.outcome, row.reason) == (Planned.SUPPRESSED, Reason.PAST_WHEN_RULED)

    def test_the_other_stages_of_a_new_ladder_are_not_told_again(self, save, day, make_item, city) -> None:
        make_item(TUESDAY)
        day("2026-06-24 09:00")
        save((Scope.DEPARTMENT, str(city.unit)), SHIPPED)
        assert day("2026-06-24 15:00") == {}

    def test_what_a_missed_day_still_owes_is_not_lost_by_a_change(
        self, save, day, make_item, at, city
    ) -> None:
        make_item(TUESDAY)
        day("2026-06-16 09:00")
        at("2026-06-24 08:00")  # The week's stage, due-7, stood on Tuesday, and nobody planned.
        save((Scope.DEPARTMENT, str(city.unit)), MORE)
        assert day("2026-06-24 09:00")["due-7"] == {city.officer, city.head}

    def test_removing_a_ladder_does_not_make_up_for_the_stages_it_left_out(
        self, save, day, make_item, database, office, act, at
    ) -> None:
        make_item(TUESDAY)
        day("2026-06-16 09:00")
        ladder_id = save(WHOLE_CITY, LESS)
        day("2026-06-24 09:00")
        with database.transaction() as session:
            delete_ladder(session, office, act(), ladder_id, 1)
        assert day("2026-06-25 09:00") == {}

    def test_a_dropped_stage_that_waits_in_no_letter_is_withdrawn(
        self, save, day, make_item, database, at
    ) -> None:
        make_item(TUESDAY)
        day("2026-06-16 09:00")
        day("2026-06-23 09:00")
        save(WHOLE_CITY, LESS)
        day("2026-06-24 09:00")
        with database.reading() as session:
            rows = session.scalars(select(PlannedReminder).where(PlannedReminder.stage == "due-7")).all()
            assert {row.reason for row in rows} == {Reason.RULE_CHANGED}
            letters = session.scalars(select(OutboxLetter.local_date)).all()
        assert TUESDAY.replace(day=24) not in letters


class TestRights:
    def test_an_administrator_reads_but_does_not_change(self, office, database, act) -> None:
        with pytest.raises(Forbidden), database.transaction() as session:
            save_ladder(session, office, act(Role.ADMINISTRATOR), LadderFields("規則", WHOLE_CITY, MORE))

    def test_the_record_tells_before_and_after(self, office, database, save, act) -> None:
        ladder_id = save(WHOLE_CITY, SHIPPED)
        with database.transaction() as session:
            save_ladder(session, office, act(), LadderFields("規則", WHOLE_CITY, LESS), ladder_id, 1)
        with database.reading() as session:
            last = session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc())).first()
        assert last.action == "change_ladder"
        assert "due-7" in last.before["stages"]
        assert "due-7" not in last.after["stages"]

    def test_two_changes_at_once_do_not_overwrite_one_another(self, office, database, save, act) -> None:
        ladder_id = save(WHOLE_CITY, SHIPPED)
        with database.transaction() as session:
            save_ladder(session, office, act(), LadderFields("規則", WHOLE_CITY, LESS), ladder_id, 1)
        with pytest.raises(VersionConflict), database.transaction() as session:
            save_ladder(session, office, act(), LadderFields("規則", WHOLE_CITY, MORE), ladder_id, 1)


class TestRefusals:
    @pytest.mark.parametrize(
        ("target", "field"),
        [
            ((Scope.DEPARTMENT, "999"), "target"),
            ((Scope.DEPARTMENT, "x"), "target"),
            ((Scope.LEVEL, "planet"), "target"),
            ((Scope.THEME, " "), "target"),
            ((Scope.CITY, "x"), "target"),
        ],
    )
    def test_of_what_it_applies_to(self, save, target, field) -> None:
        with pytest.raises(Invalid) as refused:
            save(target, SHIPPED)
        assert set(refused.value.fields) == {field}

    def test_of_a_second_one_for_the_same(self, save) -> None:
        save(WHOLE_CITY, SHIPPED)
        with pytest.raises(Invalid):
            save(WHOLE_CITY, MORE)

    def test_of_silence_unless_that_is_wanted(self, save, database: Database) -> None:
        quiet = tuple(stage for stage in SHIPPED if stage.code != "late-weekly")
        with pytest.raises(Invalid):
            save(WHOLE_CITY, quiet)
        save(WHOLE_CITY, quiet, accepts_silence=True)
        with database.reading() as session:
            assert get_ladder(session, list_ladders(session)[0].id).stages == quiet

    def test_of_one_that_is_not_there(self, database, office, act) -> None:
        with pytest.raises(NotFound), database.transaction() as session:
            delete_ladder(session, office, act(), 7)


class TestImpact:
    def test_names_who_is_added_and_dropped_and_counts_letters(
        self, office, database, make_item, at, city
    ) -> None:
        item = make_item(TUESDAY)
        at("2026-06-18 08:00")
        changed = (*(stage for stage in SHIPPED if stage.code != "due-7"), FIVE_BEFORE)
        with database.reading() as session:
            impact = impact_of(
                session, office, office.today(), None, LadderFields("規則", WHOLE_CITY, changed)
            )
        assert [(each.day, each.person, each.item_id) for each in impact.added] == [
            (date(2026, 6, 25), "林雅婷", item)
        ]
        assert [(each.day, each.person) for each in impact.dropped] == [
            (date(2026, 6, 23), "林雅婷"),
            (date(2026, 6, 23), "周志豪"),
        ]
        assert impact.letters[date(2026, 6, 23)] == (2, 0)
        assert impact.letters[date(2026, 6, 25)] == (0, 1)

    @pytest.mark.parametrize("scope", [Scope.CITY, Scope.DEPARTMENT])
    def test_is_what_then_happens(self, office, database, city, save, make_item, day, at, scope) -> None:
        target = WHOLE_CITY if scope is Scope.CITY else (scope, str(city.agency))
        make_item(TUESDAY)
        day("2026-06-18 09:00")
        with database.reading() as session:
            impact = impact_of(session, office, office.today(), None, LadderFields("規則", target, MORE))
        assert len(impact.added) == 1
        save(target, MORE)
        happened = {}
        for number in range(19, 31):
            heard = day(f"2026-06-{number} 09:00")
            if heard:
                happened[date(2026, 6, number)] = len(set().union(*heard.values()))
        foreseen = {each: after for each, (_, after) in impact.letters.items() if each <= TUESDAY}
        assert happened == foreseen

    def test_of_nothing_changed_is_nothing(self, office, database, make_item, at) -> None:
        make_item(TUESDAY)
        at("2026-06-18 08:00")
        with database.reading() as session:
            impact = impact_of(
                session, office, office.today(), None, LadderFields("規則", WHOLE_CITY, tuple(SHIPPED))
            )
        assert impact.added == impact.dropped == []


class TestHeadings:
    """My work and the letter group items by the days of the ladder that each item climbs."""

    @pytest.fixture
    def by_letter(self, office, database, at) -> Callable[[str, int], Mapping[Section, int]]:
        """Plan a morning and count what stands in a person's letter, by heading."""

        def count(moment: str, person_id: int) -> Mapping[Section, int]:
            at(moment)
            plan_reminders(office, database)
            with database.reading() as session:
                written = select(OutboxLetter.text).where(
                    OutboxLetter.recipient_id == person_id, OutboxLetter.local_date == office.today()
                )
                text = session.scalar(written) or ""
            say = translator("zh-Hant")
            sections = {say(words): section for section, words in SECTION_LABELS.items()}
            found: dict[Section, int] = {}
            for line in text.splitlines():
                if line.startswith("【"):
                    section = sections[line.strip("【】")]
                elif line.startswith("115-TPE-"):
                    found[section] = found.get(section, 0) + 1
            return found

        return count

    @pytest.fixture
    def on_page(self, office, database) -> Callable[[int], Mapping[Section, int]]:
        """Count what stands on a person's work page, by heading."""

        def count(person_id: int) -> Mapping[Section, int]:
            with database.reading() as session:
                person = principal_of(session, get_user(session, person_id), office.today())
                return {pile.section: pile.total for pile in work_of(office, session, person, office.today())}

        return count

    @pytest.fixture
    def target(self, request, city):
        targets = {
            "department": (Scope.DEPARTMENT, str(city.unit)),
            "agency": (Scope.DEPARTMENT, str(city.agency)),
            "theme": (Scope.THEME, THEME),
            "level": (Scope.LEVEL, "city"),
            "city": WHOLE_CITY,
        }
        return targets[request.param]

    @pytest.mark.parametrize("target", ["department", "agency", "theme", "level", "city"], indirect=True)
    @pytest.mark.parametrize("person", ["officer", "head"])
    def test_of_the_page_and_of_the_letter_are_those_of_the_ladder_in_force_and_count_alike(
        self, database, save, make_item, by_letter, on_page, city, at, target, person
    ) -> None:
        at("2026-06-23 09:00")
        for due_on in (*[date(2026, 8, 10)] * 3, *[date(2026, 6, 29)] * 2):
            make_item(due_on)
        with database.transaction() as session:
            session.execute(update(Recommendation).values(theme=THEME))
        save(target, (*SHIPPED, FORTY_FIVE_BEFORE))
        told = by_letter("2026-06-26 09:00", getattr(city, person))
        assert told == {Section.TOMORROW: 2, Section.SOON: 3}
        assert on_page(getattr(city, person)) == told

    def test_of_another_departments_ladder_move_nothing(
        self, save, make_item, by_letter, on_page, city, at
    ) -> None:
        at("2026-06-23 09:00")
        make_item(date(2026, 8, 10))
        save((Scope.DEPARTMENT, str(city.office)), (*SHIPPED, FORTY_FIVE_BEFORE))
        assert by_letter("2026-06-26 09:00", city.officer) == {}
        assert on_page(city.officer) == {Section.LATER: 1}

    def test_of_the_nearest_department_win(self, save, make_item, on_page, city, at) -> None:
        at("2026-06-26 09:00")
        make_item(date(2026, 8, 10))
        save((Scope.DEPARTMENT, str(city.agency)), (*SHIPPED, FORTY_FIVE_BEFORE))
        assert on_page(city.officer) == {Section.SOON: 1}
        save((Scope.DEPARTMENT, str(city.unit)), SHIPPED)
        assert on_page(city.officer) == {Section.LATER: 1}

    def test_of_the_ladder_that_no_longer_applies_are_gone(
        self, save, make_item, on_page, city, at, office, database, act
    ) -> None:
        at("2026-06-26 09:00")
        make_item(date(2026, 8, 10))
        ladder_id = save(WHOLE_CITY, (*SHIPPED, FORTY_FIVE_BEFORE))
        assert on_page(city.officer) == {Section.SOON: 1}
        with database.transaction() as session:
            ladder = get_ladder(session, ladder_id)
            delete_ladder(session, office, act(), ladder.id, ladder.version)
        assert on_page(city.officer) == {Section.LATER: 1}

    def test_call_for_an_item_on_the_last_warning_of_its_ladder(
        self, save, make_item, by_letter, on_page, city, at
    ) -> None:
        at("2026-06-23 09:00")
        make_item(TUESDAY)
        after = tuple(each for each in SHIPPED if each.anchor is not Anchor.DUE or each.offset > 0)
        save(WHOLE_CITY, (FIVE_BEFORE, *after))
        assert on_page(city.officer) == {Section.LATER: 1}
        assert by_letter("2026-06-25 09:00", city.officer) == {Section.TOMORROW: 1}
        assert on_page(city.officer) == {Section.TOMORROW: 1}

    @pytest.mark.parametrize("whom", [Capacity.AGENCY_HEAD, Capacity.COORDINATOR])
    def test_show_those_above_what_their_ladder_tells_them_before_it_is_late(
        self, save, make_item, by_letter, on_page, city, at, whom
    ) -> None:
        person = {Capacity.AGENCY_HEAD: city.director, Capacity.COORDINATOR: city.coordinator}[whom]
        at("2026-06-17 09:00")
        make_item(TUESDAY)
        assert on_page(person) == {}
        save((Scope.DEPARTMENT, str(city.unit)), (*SHIPPED, Stage(Anchor.DUE, -12, (whom,))))
        assert on_page(person) == {}
        assert by_letter("2026-06-18 09:00", person) == {Section.SOON: 1}
        assert on_page(person) == {Section.SOON: 1}

    def test_of_what_is_late_change_when_the_ladder_tells_somebody_above_the_officer(
        self, save, make_item, by_letter, on_page, city, at
    ) -> None:
        at("2026-06-23 09:00")
        make_item(date(2026, 6, 25))
        own = Stage(Anchor.DUE, 1, (Capacity.OFFICER, Capacity.UNIT_HEAD), in_working_days=True)
        save(WHOLE_CITY, (*(each for each in SHIPPED if each.code != own.code), own))
        assert by_letter("2026-06-26 09:00", city.head) == {Section.LATE_THREE_DAYS: 1}
        assert on_page(city.officer) == on_page(city.head) == {Section.LATE_THREE_DAYS: 1}
