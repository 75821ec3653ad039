"""Which files may be filed as evidence."""

import pytest

from tracker.actions.rules.evidence import BEGINNINGS, MEGABYTE, megabytes, problem_with_file


class TestProblemWithFile:
    @pytest.mark.parametrize("suffix", BEGINNINGS)
    def test_takes_each_kind_with_its_own_beginning(self, suffix: str) -> None:
        beginning = BEGINNINGS[suffix][0] if BEGINNINGS[suffix] else b""
        assert problem_with_file(f"成果{suffix.upper()}", beginning + b"rest", 1) is None

    @pytest.mark.parametrize(
        "name", ["page.html", "run.exe", "picture.svg", "report", "report.pdf.js", ".pdf"]
    )
    def test_refuses_other_kinds(self, name: str) -> None:
        assert problem_with_file(name, b"%PDF-", 1) is not None

    @pytest.mark.parametrize("name", ["a.pdf", "a.png", "a.docx", "a.jpg"])
    def test_refuses_a_content_that_is_not_what_the_name_says(self, name: str) -> None:
        assert problem_with_file(name, b"<html><script>", 1) is not None

    def test_refuses_a_text_that_is_none(self) -> None:
        assert problem_with_file("a.txt", b"MZ\x00\x01", 1) is not None

    def test_refuses_an_empty_file(self) -> None:
        assert problem_with_file("a.txt", b"", 1) is not None

    def test_refuses_a_file_above_the_limit_and_takes_one_at_it(self) -> None:
        assert problem_with_file("a.txt", b"x" * (1024 * 1024), 1) is None
        assert problem_with_file("a.txt", b"x" * (1024 * 1024 + 1), 1) is not None


class TestMegabytes:
    @pytest.mark.parametrize(
        ("size", "down", "up"),
        [
            (0, "0", "0"),
            (1, "0", "0.1"),
            (MEGABYTE, "1", "1"),
            (MEGABYTE + 1, "1", "1.1"),
            (3 * MEGABYTE // 2, "1.5", "1.5"),
            (200 * MEGABYTE - 1, "199.9", "200"),
        ],
    )
    def test_never_promises_more_room_than_there_is(self, size: int, down: str, up: str) -> None:
        assert (megabytes(size), megabytes(size, round_up=True)) == (down, up)
