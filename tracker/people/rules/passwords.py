"""What a password must be: long enough, not among the common ones, not made of the person's own words.

Source: OWASP ASVS 5.0, 6.2 (length and known-bad lists instead of composition rules and forced rotation).
"""

from collections.abc import Sequence

from tracker.foundation.language import N_

MIN_LENGTH = 12
MAX_LENGTH = 128
_TOO_COMMON = frozenset(
    {
        "password", "passw0rd", "p@ssw0rd", "qwerty", "qwertyuiop", "asdfghjkl", "iloveyou", "welcome", "letmein",
        "administrator", "changeme", "default", "secret", "monkey", "dragon", "football", "sunshine", "princess",
        "taiwan", "taipei", "taichung", "tainan", "kaohsiung", "1qaz2wsx", "zaq12wsx", "abcdefgh", "ji32k7au4a83",
    }
)  # fmt: skip
_RUNS = ("0123456789012345678901234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


def problem_with(password: str, own_words: Sequence[str] = ()) -> str | None:
    """Return the msgid of what is wrong with a new password, or None when it may be used."""
    if len(password) < MIN_LENGTH:
        return N_("密碼至少要 12 個字元。可以用一句容易記得的話。")
    if len(password) > MAX_LENGTH:
        return N_("密碼最多 128 個字元。")
    folded = password.casefold()
    if any(word and len(word) > 2 and word.casefold() in folded for word in own_words):
        return N_("密碼不可包含姓名或電子郵件帳號。")
    if _is_predictable(folded):
        return N_("這個密碼太容易被猜到，請換一個。")
    return None


def _is_predictable(folded: str) -> bool:
    core = folded.strip("0123456789!@#$%^&*.-_ ")
    if len(set(folded)) < 5 or core in _TOO_COMMON or folded in _TOO_COMMON:
        return True
    half = folded[: len(folded) // 2]
    if half and half * 2 == folded and half in _TOO_COMMON:
        return True
    return any(folded in run or folded[::-1] in run for run in _RUNS)
