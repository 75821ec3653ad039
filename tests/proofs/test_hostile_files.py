"""Every hostile file there is, the heavy ones too; prints the tables that stand in docs/proofs.md."""

from tests.support.hostile import hostile_files
from tests.support.hostile_run import run, table
from tracker.reading.document import ReadingLimits


class TestAllHostileFiles:
    def test_are_read_whole_or_refused_with_a_reason(self) -> None:
        figures = run(hostile_files())
        print("\n" + table(figures))
        assert [outcome for outcome in figures.outcomes if outcome.wrong] == []
        assert figures.memory_of_children <= ReadingLimits().memory_bytes
        assert figures.left_over == 0
