"""The words for codes, as the components of every page show them: one definition, that of the rules."""

from collections.abc import Mapping
from typing import Final

from tracker.actions.rules.deadlines import SIGNAL_LABELS
from tracker.actions.rules.editing import TRACKING_LEVEL_LABELS
from tracker.actions.rules.extending import EXTENSION_REASON_LABELS, LEVEL_LABELS
from tracker.actions.rules.post_checking import CHECK_LABELS
from tracker.actions.rules.workflow import LABELS as STATUS_LABELS
from tracker.actions.rules.workflow import PART_LABELS, WITHDRAWAL_LABELS
from tracker.reports.rules.adoption import LABELS as ADOPTION_LABELS

TEMPLATE_LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "status_labels": {code.value: label for code, label in STATUS_LABELS.items()},
    "part_labels": {code.value: label for code, label in PART_LABELS.items()},
    "adoption_labels": {code.value: label for code, label in ADOPTION_LABELS.items()},
    "extension_reason_labels": {code.value: label for code, label in EXTENSION_REASON_LABELS.items()},
    "extension_level_labels": {code.value: label for code, label in LEVEL_LABELS.items()},
    "tracking_level_labels": {code.value: label for code, label in TRACKING_LEVEL_LABELS.items()},
    "withdrawal_labels": {code.value: label for code, label in WITHDRAWAL_LABELS.items()},
    "check_labels": {code.value: label for code, label in CHECK_LABELS.items()},
    "signal_labels": {code.value: label for code, label in SIGNAL_LABELS.items()},
}
