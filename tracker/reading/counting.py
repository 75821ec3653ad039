"""How the numbers of lists are written, the same in Word and in Writer: 一, 甲, 壹, ①, iv, ..."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final

Format = Callable[[int], str]

_CHINESE = "零一二三四五六七八九"
_TRADITIONAL = "零壹貳參肆伍陸柒捌玖"
_SIMPLIFIED = "零壹贰叁肆伍陆柒捌玖"
_MANY = 9_999
_LONGEST_RUN = 60
_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L")),
    *((40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
_ONES = (
    *(
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip


def _powers(digits: str, units: Sequence[str], *, leading_one: bool) -> Format:
    def write(number: int) -> str:
        if not 0 < number <= _MANY:
            return str(number)
        places = [int(c) for c in str(number)]
        text = "".join(
            digits[digit] + (units[len(places) - 1 - i] if digit else "") for i, digit in enumerate(places)
        )
        text = "".join(a for a, b in pairwise(text + "\n") if (a, b) != (digits[0], digits[0]))
        text = text.rstrip(digits[0])
        return text[1:] if not leading_one and 10 <= number < 20 else text

    return write


def _one_of(signs: str) -> Format:
    """Write the sign at the number's place, and past the last sign the number itself."""
    return lambda number: signs[number - 1] if 0 < number <= len(signs) else str(number)


def _repeated(signs: str) -> Format:
    """Write a to z, then aa to zz, as word processors do."""

    def write(number: int) -> str:
        if not 0 < number <= _LONGEST_RUN * len(signs):
            return str(number)
        turn, place = divmod(number - 1, len(signs))
        return signs[place] * (turn + 1)

    return write


def _roman(number: int) -> str:
    if not 0 < number <= 3_999:
        return str(number)
    text = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        text += sign * count
    return text


def _ordinal(number: int) -> str:
    teen = 10 <= number % 100 < 20
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _words(number: int) -> str:
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, rest = divmod(number, 10)
        return _TENS[tens - 2] + (f"-{_ONES[rest]}" if rest else "")
    hundreds, rest = divmod(number, 100)
    return f"{_ONES[hundreds]} hundred" + (f" {_words(rest)}" if rest else "")


def _cardinal_words(number: int) -> str:
    return _words(number).capitalize() if 0 <= number < 1_000 else str(number)


def _ordinal_words(number: int) -> str:
    if not 0 <= number < 1_000:
        return str(number)
    words = _words(number)
    head, last = words[: -len(words.replace("-", " ").split()[-1])], words.replace("-", " ").split()[-1]
    last = _ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th")
    return (head + last).capitalize()


_chinese = _powers(_CHINESE, ("", "十", "百", "千"), leading_one=False)
_formal = _powers(_TRADITIONAL, ("", "拾", "佰", "仟"), leading_one=True)
_formal_simplified = _powers(_SIMPLIFIED, ("", "拾", "佰", "仟"), leading_one=True)
_stems = _one_of("甲乙丙丁戊己庚辛壬癸")
_branches = _one_of("子丑寅卯辰巳午未申酉戌亥")
_circled = _one_of("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㉛㉜㉝㉞㉟㊱㊲㊳㊴㊵㊶㊷㊸㊹㊺㊻㊼㊽㊾㊿")
_lower_letters = _repeated("abcdefghijklmnopqrstuvwxyz")
_upper_letters = _repeated("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

# Source: ECMA-376 part 1, 17.18.59. What is not listed, the scripts of other countries, is written in decimals.
OOXML: Final[Mapping[str, Format]] = {
    "none": lambda _: "",
    "upperRoman": _roman,
    "lowerRoman": lambda number: _roman(number).lower(),
    "upperLetter": _upper_letters,
    "lowerLetter": _lower_letters,
    "ordinal": _ordinal,
    "cardinalText": _cardinal_words,
    "ordinalText": _ordinal_words,
    "bullet": lambda _: "",
    "decimalZero": lambda number: f"{number:02d}" if number else "0",
    "ideographDigital": _chinese,
    "japaneseCounting": _chinese,
    "taiwaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "ideographLegalTraditional": _formal,
    "chineseLegalSimplified": _formal_simplified,
    "ideographTraditional": _stems,
    "ideographZodiac": _branches,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "ideographEnclosedCircle": _circled,
}

# Source: OpenDocument 1.3 part 3, 19.506 for the letters; LibreOffice writes the rest as the first of a count.
ODF: Final[Mapping[str, Format]] = {
    "": lambda _: "",
    "I": _roman,
    "i": OOXML["lowerRoman"],
    "A": _upper_letters,
    "a": _lower_letters,
    "1st": _ordinal,
    "One": _cardinal_words,
    "First": _ordinal_words,
    "01, 02, 03, ...": OOXML["decimalZero"],
    "一, 二, 三, ...": _chinese,
    "壹, 貳, 參, ...": _formal,
    "壹, 贰, 叁, ...": _formal_simplified,
    "甲, 乙, 丙, ...": _stems,
    "子, 丑, 寅, ...": _branches,
    "①, ②, ③, ...": _circled,
}


def written(number: int, formats: Mapping[str, Format], name: str) -> str:
    """Write a number in a named format, in decimals where the format is not known."""
    return formats.get(name, str)(number)
