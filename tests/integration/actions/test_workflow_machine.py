"""The whole workflow, played by random people: no state that can be reached breaks a law."""

from hypothesis import HealthCheck, settings

from tests.support.workflow_fixtures import copies, postgresql_copies, sqlite_copies
from tests.support.workflow_machine import Copies, play

__all__ = ["copies", "postgresql_copies", "sqlite_copies"]
SHORTLY = settings(
    max_examples=6,
    stateful_step_count=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


class TestWorkflow:
    def test_no_state_that_is_reached_breaks_a_law(self, copies: Copies) -> None:
        tally = play(copies, SHORTLY)
        assert tally.moves.total() > 100, "so few moves were made that nothing is proved"
