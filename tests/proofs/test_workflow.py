"""The whole workflow, played at length by random people: every step is taken, and no law is ever broken."""

import time

from hypothesis import HealthCheck, Phase, settings

from tests.support.workflow_fixtures import copies, postgresql_copies, sqlite_copies
from tests.support.workflow_machine import Copies, play
from tracker.actions.rules.workflow import Step

__all__ = ["copies", "postgresql_copies", "sqlite_copies"]
RUNS, STEPS = 40, 500
AT_LENGTH = settings(
    max_examples=RUNS,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


class TestWorkflow:
    def test_every_step_is_taken_and_no_law_is_broken(self, copies: Copies) -> None:
        began = time.monotonic()
        tally = play(copies, AT_LENGTH)
        print(f"\n{tally.told()}, {time.monotonic() - began:.0f} s")
        assert {step for _, step in tally.taken} == set(Step)
