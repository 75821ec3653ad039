"""The department tree, and names in texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.people.rules.tree import Node, agency_of, named_department, subtree, upwards, would_loop

CITY = (
    Node(1, None, ("青嶼市政府交通局", "交通局")),
    Node(2, 1, ("運輸規劃科",)),
    Node(3, 2, ("大眾運輸股",)),
    Node(4, None, ("青嶼市政府教育局",)),
    Node(5, 4, ("國際教育科",)),
    Node(6, None, ("臺灣文化館",)),
)


@st.composite
def forests(draw: st.DrawFn) -> list[Node]:
    size = draw(st.integers(1, 15))
    return [Node(n, draw(st.none() | st.integers(0, n - 1)) if n else None) for n in range(size)]


class TestSubtree:
    def test_holds_a_department_and_everything_below(self) -> None:
        assert subtree(CITY, 1) == {1, 2, 3}

    def test_ends_even_where_the_data_runs_in_a_circle(self) -> None:
        assert subtree((Node(1, 2), Node(2, 1)), 1) == {1, 2}

    @given(forests())
    def test_subtrees_of_the_roots_hold_everybody_once(self, nodes: list[Node]) -> None:
        parts = [subtree(nodes, node.id) for node in nodes if node.parent_id is None]
        assert sorted(each for part in parts for each in part) == [node.id for node in nodes]


class TestWouldLoop:
    def test_refuses_a_department_below_itself(self) -> None:
        assert would_loop(CITY, 1, 3)

    def test_lets_a_unit_move_to_another_agency(self) -> None:
        assert not would_loop(CITY, 2, 4)

    @given(forests(), st.data())
    def test_a_move_that_is_let_through_keeps_a_way_up_to_a_root(
        self, nodes: list[Node], data: st.DataObject
    ) -> None:
        moved = data.draw(st.sampled_from(nodes)).id
        target = data.draw(st.none() | st.sampled_from([node.id for node in nodes]))
        if would_loop(nodes, moved, target):
            return
        parents = {node.id: target if node.id == moved else node.parent_id for node in nodes}
        for node in nodes:
            here: int | None = node.id
            for _ in range(len(nodes)):
                here = parents[here] if here is not None else None
            assert here is None


class TestAgencyOf:
    @given(forests())
    def test_is_a_root_above(self, nodes: list[Node]) -> None:
        parents = {node.id: node.parent_id for node in nodes}
        for node in nodes:
            agency = agency_of(parents, node.id)
            assert parents[agency] is None
            assert node.id in subtree(nodes, agency)


class TestUpwards:
    def test_leads_from_a_unit_to_its_agency(self) -> None:
        assert list(upwards({1: None, 2: 1, 3: 2}, 3)) == [3, 2, 1]

    def test_ends_where_the_tree_goes_round_in_a_circle(self) -> None:
        assert list(upwards({1: 2, 2: 3, 3: 1}, 1)) == [1, 2, 3]


class TestNamedDepartment:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("交通局", 1),
            ("青嶼市政府交通局", 1),
            ("本府交通局", 1),
            ("教育局", 4),
            (" 國際 教育科 ", 5),
            ("台灣文化館", 6),
            ("臺灣文化館", 6),
            ("科", None),
            ("財政局", None),
            ("", None),
            (None, None),
        ],
    )
    def test_finds_by_name_alias_or_ending(self, text: str | None, found: int | None) -> None:
        assert named_department(CITY, text) == found

    def test_does_not_choose_between_two_of_the_same_name(self) -> None:
        assert named_department((Node(1, None, ("人事室",)), Node(2, None, ("人事室",))), "人事室") is None

    def test_prefers_the_whole_name_to_an_ending(self) -> None:
        nodes = (Node(1, None, ("文化局",)), Node(2, None, ("青嶼市政府文化局",)))
        assert named_department(nodes, "文化局") == 1

    @given(st.sampled_from(CITY))
    def test_finds_everybody_by_the_own_full_name(self, node: Node) -> None:
        assert named_department(CITY, node.names[0].replace("臺", "台")) == node.id
