"""Hostile and malformed files through the real sandbox: each is read or refused with a reason, within its limits."""

from collections import Counter

import pytest

from tests.support.hostile import everyday_files, hostile_files
from tests.support.hostile_run import Figures, run
from tracker.adapters.sandbox import Sandbox
from tracker.foundation import errors
from tracker.foundation.errors import FileTooLarge, ReadingTookTooLong, ReportUnreadable
from tracker.foundation.language import translator
from tracker.reading.document import ReadingLimits
from tracker.settings import load_settings
from tracker.wiring import reading_limits

LIMITS = ReadingLimits()
MEGABYTE = 2**20


@pytest.fixture(scope="module")
def figures() -> Figures:
    """What became of every second file; the proofs read them all."""
    return run(everyday_files())


class TestEveryHostileFile:
    def test_is_one_of_many_and_of_many_kinds(self, figures: Figures) -> None:
        assert len(figures.outcomes) >= 360
        assert len({outcome.kind for outcome in figures.outcomes}) >= 18

    def test_is_read_whole_or_refused_with_the_right_reason(self, figures: Figures) -> None:
        assert [outcome for outcome in figures.outcomes if outcome.wrong] == []

    def test_is_answered_in_time(self, figures: Figures) -> None:
        # A thread of this test may have to wait for its processor after the child has been stopped.
        late = [outcome for outcome in figures.outcomes if outcome.seconds > LIMITS.wall_seconds + 2]
        assert late == []

    def test_takes_no_more_memory_than_a_child_may(self, figures: Figures) -> None:
        assert figures.memory_of_children <= LIMITS.memory_bytes

    def test_leaves_the_parent_as_it_was(self, figures: Figures) -> None:
        assert figures.growth_of_parent < 128 * MEGABYTE
        assert figures.left_over == 0

    def test_is_made_the_same_each_time(self) -> None:
        small = {"cut", "noise", "damaged", "odd packages", "pdf lies", "strange names"}
        once, again = ([f for f in hostile_files() if f.kind in small] for _ in range(2))
        assert [(f.case.name, f.case.data) for f in once] == [(f.case.name, f.case.data) for f in again]

    def test_has_a_name_of_its_own_within_its_kind(self) -> None:
        names = Counter((file.kind, file.case.name) for file in hostile_files())
        assert [name for name, count in names.items() if count > 1] == []


class TestReasons:
    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    def test_each_is_a_sentence_of_its_own_in_both_languages(self, language: str) -> None:
        family = [
            kind
            for kind in vars(errors).values()
            if isinstance(kind, type) and issubclass(kind, ReportUnreadable)
        ]
        texts = [kind().text(translator(language)) for kind in family]
        assert len(set(texts)) == len(family)
        assert all(text.endswith(("。", ".")) for text in texts)
        assert all(("。" in text) is (language != "en") for text in texts)


class TestLimitsOfTheSettings:
    @pytest.mark.parametrize(
        ("setting", "value", "error"),
        [
            ("CPU_SECONDS", "1", ReadingTookTooLong),
            ("WALL_SECONDS", "1", ReadingTookTooLong),
            ("MEMORY_MEGABYTES", "64", ReadingTookTooLong),
            ("MAX_MEGABYTES", "1", FileTooLarge),
        ],
    )
    def test_reach_the_child(self, setting: str, value: str, error: type[ReportUnreadable]) -> None:
        settings = load_settings({f"TRACKER_READING__{setting}": value})
        with pytest.raises(error):
            Sandbox(reading_limits(settings)).read("long.txt", "建議增設座椅。\n".encode() * 400_000)
