import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.foundation.language import translator
from tracker.reminders.rules.ladders import (
    WHOLE_CITY,
    Ladders,
    Scope,
    problem_of,
    problem_of_ladder,
    silent_after,
)
from tracker.reminders.rules.stages import (
    ANCHOR_LABELS,
    AUDIENCES,
    CAPACITY_LABELS,
    SHIPPED,
    Anchor,
    Capacity,
    Stage,
    in_order,
    read_code,
)

ITEM = 11, "交通運輸", "city"
TREE = {1: None, 11: 1, 111: 11}
stages = st.builds(
    Stage,
    st.just(Anchor.DUE),
    st.integers(-365, 365).filter(bool),
    in_working_days=st.booleans(),
) | st.builds(Stage, st.sampled_from(Anchor), st.integers(1, 365), in_working_days=st.booleans())


def ladder(offset: int) -> tuple[Stage, ...]:
    return (Stage(Anchor.DUE, offset, (Capacity.OFFICER,)),)


class TestCode:
    @given(stages)
    def test_says_what_the_stage_is(self, stage: Stage) -> None:
        assert read_code(stage.code) == stage

    @given(st.lists(stages, unique=True))
    def test_no_two_stages_share_one(self, given_stages: list[Stage]) -> None:
        assert len({each.code for each in given_stages}) == len(given_stages)

    def test_the_shipped_ones_are_what_they_have_always_been(self) -> None:
        codes = {stage.code for stage in SHIPPED}
        assert codes >= {"due-30", "due-14", "due-7", "due-1", "late+1", "late+3", "late+10", "late+20"}
        assert codes >= {"late-weekly", "unacknowledged+2", "unacknowledged+5", "unreviewed+7"}
        assert codes >= {"undecided+5", "undecided-weekly", "unextended+3", "unextended-weekly"}

    def test_a_weekly_one_is_known_whenever_it_begins(self) -> None:
        twentieth, thirtieth = (Stage(Anchor.DUE, days, weekly=True) for days in (20, 30))
        assert twentieth.code == thirtieth.code == "late-weekly"
        assert read_code("late-weekly").weekly

    @pytest.mark.parametrize("code", ["", "late", "late+", "late3", "soon+3", "late+3x", "late+3-weekly"])
    def test_refuses_what_is_none(self, code: str) -> None:
        with pytest.raises(ValueError):
            read_code(code)


class TestWords:
    @settings(deadline=None)  # The first look into a catalogue reads it.
    @given(stages, st.sampled_from(["zh-Hant", "en"]), st.booleans())
    def test_every_stage_can_be_named(self, stage: Stage, language: str, weekly: bool) -> None:
        msgid, values = Stage(stage.anchor, stage.offset, (), stage.in_working_days, weekly).words
        assert "%(" not in translator(language)(msgid) % values

    def test_every_anchor_and_capacity_is_named(self) -> None:
        assert set(ANCHOR_LABELS) == set(AUDIENCES) == set(Anchor)
        assert set(CAPACITY_LABELS) == set(Capacity)


class TestOrder:
    def test_the_shipped_ladder_stands_in_order(self) -> None:
        assert in_order(SHIPPED) == tuple(SHIPPED)

    def test_the_audience_of_the_shipped_ladder_can_act(self) -> None:
        assert all(set(stage.audience) <= set(AUDIENCES[stage.anchor]) for stage in SHIPPED)


class TestALadder:
    def test_the_shipped_one_keeps_every_rule(self) -> None:
        assert [problem_of(stage) for stage in SHIPPED if problem_of(stage)] == []
        assert problem_of_ladder(SHIPPED, accepts_silence=False) is None

    @pytest.mark.parametrize("code", ["late-weekly", "undecided-weekly", "unextended-weekly"])
    def test_is_never_silent_without_that_being_wanted(self, code: str) -> None:
        quiet = [stage for stage in SHIPPED if stage.code != code]
        assert problem_of_ladder(quiet, accepts_silence=False)
        assert problem_of_ladder(quiet, accepts_silence=True) is None

    def test_a_weekly_one_that_begins_long_after_the_last_leaves_silence_too(self) -> None:
        late = [stage for stage in SHIPPED if stage.code != "late-weekly"]
        assert silent_after([*late, Stage(Anchor.DUE, 21, in_working_days=True, weekly=True)]) == [Anchor.DUE]
        assert silent_after([*late, Stage(Anchor.DUE, 28, weekly=True)]) == []

    @pytest.mark.parametrize(
        "stage",
        [
            Stage(Anchor.DUE, 0, (Capacity.OFFICER,)),
            Stage(Anchor.DUE, 366, (Capacity.OFFICER,)),
            Stage(Anchor.DUE, -251, (Capacity.OFFICER,), in_working_days=True),
            Stage(Anchor.DUE, -7, (Capacity.OFFICER,), weekly=True),
            Stage(Anchor.DUE, 7),
            Stage(Anchor.DUE, 7, (Capacity.DECIDER,)),
            Stage(Anchor.ASSIGNED, -1, (Capacity.OFFICER,)),
            Stage(Anchor.CLOSING_REQUESTED, 5, (Capacity.OFFICER,)),
        ],
    )
    def test_refuses_stages_that_make_no_sense(self, stage: Stage) -> None:
        assert problem_of(stage)

    def test_has_no_stage_twice(self) -> None:
        assert problem_of_ladder([*SHIPPED, SHIPPED[0]], accepts_silence=False)


class TestWhichLadderApplies:
    def test_without_any_the_shipped_one(self) -> None:
        assert Ladders({}, TREE).choose(*ITEM) is SHIPPED

    @pytest.mark.parametrize(
        ("targets", "chosen"),
        [
            ([WHOLE_CITY], WHOLE_CITY),
            ([WHOLE_CITY, (Scope.LEVEL, "city")], (Scope.LEVEL, "city")),
            ([WHOLE_CITY, (Scope.LEVEL, "agency")], WHOLE_CITY),
            ([(Scope.LEVEL, "city"), (Scope.THEME, "交通運輸")], (Scope.THEME, "交通運輸")),
            ([(Scope.THEME, "交通運輸"), (Scope.DEPARTMENT, "1")], (Scope.DEPARTMENT, "1")),
            ([(Scope.DEPARTMENT, "1"), (Scope.DEPARTMENT, "11")], (Scope.DEPARTMENT, "11")),
            ([(Scope.DEPARTMENT, "111"), WHOLE_CITY], WHOLE_CITY),
        ],
    )
    def test_the_most_particular_wins(self, targets, chosen) -> None:
        ladders = Ladders({target: ladder(-number) for number, target in enumerate(targets, 1)}, TREE)
        assert ladders.choose(*ITEM) is ladders.stages[chosen]

    @given(
        st.sets(
            st.sampled_from(
                [
                    WHOLE_CITY,
                    *[(Scope.DEPARTMENT, str(each)) for each in TREE],
                    *[(Scope.THEME, each) for each in ("交通運輸", "觀光")],
                    *[(Scope.LEVEL, each) for each in ("city", "agency")],
                ]
            )
        ),
        st.sampled_from(list(TREE)),
        st.sampled_from(["交通運輸", "觀光", ""]),
        st.sampled_from(["city", "agency"]),
    )
    def test_is_the_first_of_those_told_apart(self, targets, department, theme, level) -> None:
        ladders = Ladders({each: ladder(-number) for number, each in enumerate(targets, 1)}, TREE)
        applies = {
            Scope.DEPARTMENT: lambda value: department in ladders.at_or_below(int(value)),
            Scope.THEME: lambda value: value == theme,
            Scope.LEVEL: lambda value: value == level,
        }
        found = (stages for (scope, value), stages in ladders.apart() if applies[scope](value))
        assert next(found, ladders.of_city) is ladders.choose(department, theme, level)
