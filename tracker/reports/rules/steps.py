"""What a reviewer does at the desk, each of which can be taken back."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

from tracker.foundation.language import N_


class Verb(StrEnum):
    """A step at the review desk."""

    ACCEPT = "accept"
    REJECT = "reject"
    RECONSIDER = "reconsider"
    ADD = "add"
    SPLIT = "split"
    MERGE = "merge"
    MOVE = "move"
    TAKE = "take"


DONE: Final[Mapping[Verb, str]] = {
    Verb.ACCEPT: N_("已採用：%(title)s"),
    Verb.REJECT: N_("已剔除：%(title)s"),
    Verb.RECONSIDER: N_("已放回待處理：%(title)s"),
    Verb.ADD: N_("已新增：%(title)s"),
    Verb.SPLIT: N_("已分割：%(title)s"),
    Verb.MERGE: N_("已合併：%(title)s"),
    Verb.MOVE: N_("已調整範圍：%(title)s"),
    Verb.TAKE: N_("已採用系統的建議：%(title)s"),
}
UNDONE: Final[Mapping[Verb, str]] = {
    Verb.ACCEPT: N_("已復原「採用」：%(title)s"),
    Verb.REJECT: N_("已復原「剔除」：%(title)s"),
    Verb.RECONSIDER: N_("已復原「重新考慮」：%(title)s"),
    Verb.ADD: N_("已復原「新增」：%(title)s"),
    Verb.SPLIT: N_("已復原「分割」：%(title)s"),
    Verb.MERGE: N_("已復原「合併」：%(title)s"),
    Verb.MOVE: N_("已復原「調整範圍」：%(title)s"),
    Verb.TAKE: N_("已復原「採用系統的建議」：%(title)s"),
}
AT_WORK: Final = timedelta(minutes=10)
"""Somebody whose last step is no older is taken to be at the desk still."""
