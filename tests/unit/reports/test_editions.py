"""Recognising another edition of a report, and pairing what it recommends with what is known."""

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tracker.foundation.likeness import bigrams, likeness
from tracker.reports.rules.editions import (
    Ground,
    Matching,
    Passage,
    Recognition,
    ReportFacts,
    best_of,
    match,
    recognise,
)
from tracker.reports.rules.sketches import sketch_of_report

KNOWN = (
    "建請交通局於轉運站試辦候車資訊看板，並提供即時到站資訊。",
    "建議教育局與瀨灣市高中簽訂學生交流備忘錄，每年互訪一次。",
    "水岸步道宜設置連續照明，由工務局會同相關機關研議。",
    "請環保局於夜市設置環保餐具租借站，減少一次性餐具。",
)
OTHER = "建議消防局每半年辦理一次大型車站疏散演練。"
TEXT = "本次考察了解輕軌營運與水岸治理的經驗，並與當地官員座談。" * 3
SPRING = (date(2025, 3, 1), date(2025, 3, 7))
AUTUMN = (date(2026, 9, 1), date(2026, 9, 5))


def passages(*texts: str, labels: tuple[str, ...] = ()) -> list[Passage]:
    return [
        Passage(number, text, bigrams(text), labels[number] if labels else "")
        for number, text in enumerate(texts)
    ]


def paired(*found: str, known: tuple[str, ...] = KNOWN, apart: tuple[tuple[int, int], ...] = ()) -> Matching:
    return match(passages(*known), passages(*found), likeness, apart)


def couples(matching: Matching) -> set[tuple[int, int]]:
    return {(pair.known, pair.found) for pair in matching.pairs}


class TestMatch:
    def test_finds_everything_the_same_in_the_same_report(self) -> None:
        matching = paired(*KNOWN)
        assert couples(matching) == {(each, each) for each in range(4)}
        assert not any(pair.is_reworded for pair in matching.pairs)
        assert not matching.new
        assert not matching.dropped

    def test_follows_a_recommendation_that_moved(self) -> None:
        assert couples(paired(KNOWN[3], *KNOWN[:3])) == {(3, 0), (0, 1), (1, 2), (2, 3)}

    def test_tells_a_reworded_one(self) -> None:
        reworded = "建請交通局於轉運站及三處幹線站試辦候車資訊看板，並提供即時到站資訊。"
        first, *others = paired(reworded, *KNOWN[1:]).pairs
        assert first.is_reworded
        assert not any(each.is_reworded for each in others)

    def test_tells_a_new_one_and_a_dropped_one(self) -> None:
        matching = paired(KNOWN[0], KNOWN[2], KNOWN[3], OTHER)
        assert matching.dropped == [1]
        assert matching.new == [3]

    def test_takes_other_numbers_and_line_ends_for_the_same(self) -> None:
        (pair,) = paired("（三）" + KNOWN[2].replace("，", "，\n　"), known=("二、" + KNOWN[2],)).pairs
        assert not pair.is_reworded

    def test_pairs_a_thoroughly_reworded_one_between_neighbours_that_stayed(self) -> None:
        thoroughly = "水岸步道應全線裝設照明，請工務局邀集相關機關討論。"
        assert 0.25 < likeness(bigrams(KNOWN[2]), bigrams(thoroughly)) < 0.45
        assert (2, 2) in couples(paired(KNOWN[0], KNOWN[1], thoroughly, KNOWN[3]))

    def test_does_not_pair_it_where_the_place_says_nothing(self) -> None:
        thoroughly = "水岸步道應全線裝設照明，請工務局邀集相關機關討論。"
        assert paired(thoroughly, KNOWN[3], KNOWN[1], KNOWN[0]).new == [0]

    def test_pairs_equal_ones_by_their_labels_then_by_their_places(self) -> None:
        known = passages(KNOWN[0], KNOWN[0], KNOWN[0], labels=("甲", "乙", ""))
        found = passages(KNOWN[0], KNOWN[0], KNOWN[0], labels=("乙", "甲", ""))
        assert couples(match(known, found, likeness)) == {(0, 1), (1, 0), (2, 2)}

    def test_leaves_apart_what_a_person_set_apart(self) -> None:
        matching = paired(*KNOWN, apart=((1, 1),))
        assert matching.dropped == [1]
        assert matching.new == [1]

    @given(
        known=st.lists(st.sampled_from((*KNOWN, OTHER)), max_size=6),
        found=st.lists(st.sampled_from((*KNOWN, OTHER)), max_size=6),
    )
    def test_names_each_passage_exactly_once(self, known: list[str], found: list[str]) -> None:
        matching = match(passages(*known), passages(*found), likeness)
        assert sorted([*(p.known for p in matching.pairs), *matching.dropped]) == list(range(len(known)))
        assert sorted([*(p.found for p in matching.pairs), *matching.new]) == list(range(len(found)))

    @given(st.permutations(KNOWN))
    def test_follows_every_order_of_different_passages(self, found: list[str]) -> None:
        assert {(KNOWN[i], found[j]) for i, j in couples(paired(*found))} == {(each, each) for each in KNOWN}


def facts(
    title: str = "赴瀨灣市考察輕軌 出國報告",
    text: str = TEXT,
    agency: int | None = 3,
    trip: tuple[date | None, date | None] = SPRING,
) -> ReportFacts:
    return ReportFacts(bigrams(title), agency, frozenset(), trip, sketch_of_report(title, text))


def recognised(**changes: object) -> tuple[Ground, ...] | None:
    found = recognise(facts(**changes), facts(), likeness)  # type: ignore[arg-type]
    return found.grounds if found else None


class TestBestOf:
    def test_is_the_strongest_one(self) -> None:
        weak, strong = (Recognition((Ground.TEXT,), each, 1.0) for each in (0.5, 0.9))
        assert best_of({1: strong, 2: weak}) == 1

    def test_is_the_last_one_of_much_the_same(self) -> None:
        same = [Recognition((Ground.TEXT,), each, 1.0) for each in (0.86, 0.82)]
        assert best_of({1: same[0], 2: same[1]}) == 2

    def test_of_none_is_none(self) -> None:
        assert best_of({}) is None


class TestRecognise:
    def test_knows_the_same_report_by_everything(self) -> None:
        assert recognised() == (Ground.TEXT, Ground.TITLE, Ground.AGENCY, Ground.TRIP)

    def test_knows_much_of_the_same_text_whatever_the_cover_says(self) -> None:
        assert recognised(title="另一份報告", agency=None, trip=(None, None)) == (Ground.TEXT,)

    def test_knows_the_edition_of_the_next_year_by_title_and_agency(self) -> None:
        text = TEXT[:29] + "今年另外拜會了港灣局、消防局與教育委員會，並搭乘新完成的東線與北線。" * 2
        assert recognised(text=text, trip=AUTUMN) in (
            (Ground.TITLE, Ground.AGENCY),
            (Ground.TEXT, Ground.TITLE, Ground.AGENCY),
        )

    def test_does_not_take_a_title_alone_for_an_edition(self) -> None:
        assert recognised(text="完全不同的內容，談的是圖書館夜間開放與館藏流通。", trip=AUTUMN) is None

    def test_does_not_take_another_agency_on_the_same_trip_for_an_edition(self) -> None:
        other = TEXT[:12] + "教育局的重點在於兩市高中的互訪、共同課程與教師研習，行程各自安排。" * 3
        assert recognised(title="赴瀨灣市研習教育 出國報告", agency=4, text=other) is None

    def test_gives_no_ground_that_an_empty_cover_could_share(self) -> None:
        empty = ReportFacts(Counter(), None, frozenset(), (None, None), frozenset())
        assert recognise(empty, empty, likeness) is None
