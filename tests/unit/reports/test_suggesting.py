"""Which department is proposed, by near decisions and by duties."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.reports.duties import usual_duties
from tracker.reports.rules.duties import Duty, duties_in, tidied, usual_words
from tracker.reports.rules.suggesting import MOST_DEPARTMENTS, TOO_FAR, Remembered, rarity, suggest

TRANSPORT, SCHOOLS, HEALTH, FIRE = 1, 2, 3, 4
NEAR = st.lists(
    st.tuples(
        st.builds(
            Remembered,
            id=st.integers(1, 50),
            department_id=st.integers(1, 6),
            agency_id=st.none() | st.integers(1, 3),
            theme=st.sampled_from(["", "交通運輸", "教育文化"]),
            days=st.integers(0, 700),
        ),
        st.floats(0, 1),
    ),
    max_size=12,
)


def remembered(number: int, department: int, theme: str = "", days: int = 90) -> Remembered:
    return Remembered(number, department, None, theme, days)


class TestSuggest:
    def test_proposes_nothing_without_ground(self) -> None:
        assert suggest([], {}).departments == ()
        assert suggest([(remembered(1, TRANSPORT), TOO_FAR / 2)], {}) == suggest([], {})

    def test_puts_the_department_of_the_nearest_decisions_first_with_the_nearest_as_its_ground(self) -> None:
        near = [
            (remembered(7, TRANSPORT), 0.6),
            (remembered(8, SCHOOLS), 0.3),
            (remembered(9, TRANSPORT), 0.2),
        ]
        first, second = suggest(near, {}).departments
        assert (first.department_id, first.nearest) == (TRANSPORT, near[0][0])
        assert (second.department_id, second.nearest) == (SCHOOLS, near[1][0])

    def test_goes_by_duties_where_nothing_was_decided_yet(self) -> None:
        (only,) = suggest([], {HEALTH: ("診所", "篩檢")}).departments
        assert (only.department_id, only.nearest, only.duties) == (HEALTH, None, ("診所", "篩檢"))

    def test_lets_a_decision_about_nearly_the_same_words_outweigh_a_duty(self) -> None:
        found = suggest([(remembered(1, FIRE), 0.9)], {HEALTH: ("急診",)})
        assert found.department_ids == [FIRE, HEALTH]

    def test_prefers_decisions_about_reports_of_the_same_agency(self) -> None:
        near = [(remembered(1, FIRE), 0.4), (Remembered(2, HEALTH, 5, "", 90), 0.4)]
        assert suggest(near, {}, agency_id=5).department_ids == [HEALTH, FIRE]

    def test_proposes_the_theme_of_most_and_the_days_that_are_typical_for_the_first_department(self) -> None:
        near = [
            (remembered(1, TRANSPORT, "交通運輸", 60), 0.5),
            (remembered(2, TRANSPORT, "智慧城市", 90), 0.4),
            (remembered(3, TRANSPORT, "交通運輸", 365), 0.3),
            (remembered(4, SCHOOLS, "教育文化", 10), 0.2),
        ]
        assert (suggest(near, {}).theme, suggest(near, {}).days) == ("交通運輸", 90)

    @given(NEAR, st.dictionaries(st.integers(1, 6), st.just(("公車",)), max_size=3))
    def test_names_at_most_three_departments_each_once_and_each_with_a_ground(
        self, near: list[tuple[Remembered, float]], duties: dict[int, tuple[str, ...]]
    ) -> None:
        found = suggest(sorted(near, key=lambda each: -each[1]), duties)
        assert len(set(found.department_ids)) == len(found.department_ids) <= MOST_DEPARTMENTS
        assert all(each.nearest or each.duties for each in found.departments)


class TestRarity:
    @given(st.integers(0, 10_000), st.integers(0, 10_000))
    def test_is_less_the_more_hold_a_gram_and_never_below_nothing(self, known: int, holders: int) -> None:
        assert rarity(known, holders) >= rarity(known, holders + 1) >= 0


class TestDuties:
    def test_are_found_by_how_the_name_of_a_department_ends(self) -> None:
        duties = [Duty(("交通局",), ("公車",)), Duty(("教育局", "教育處"), ("學校",))]
        assert usual_words(duties, "青嶼市政府交通局") == ("公車",)
        assert usual_words(duties, "教育處") == ("學校",)
        assert usual_words(duties, "秘書室") == ()

    def test_count_the_longer_of_two_words_that_lie_in_each_other(self) -> None:
        assert duties_in("改善ＢＲＴ與公車轉運站", {1: ("公車", "轉運", "轉運站", "brt")}) == {
            1: ("公車", "轉運站", "brt")
        }

    def test_are_kept_without_blanks_repetition_and_single_characters(self) -> None:
        assert tidied([" 公車 ", "公車", "車", "", "轉運站"]) == ["公車", "轉運站"]

    def test_that_are_shipped_know_the_departments_of_a_city_each_by_one_kind(self) -> None:
        names = [name for duty in usual_duties() for name in duty.names]
        assert len(names) == len(set(names))
        assert all(len(duty.words) >= 8 for duty in usual_duties())
