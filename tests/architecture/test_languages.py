"""Every sentence that a reader may see has its English, and the catalogue holds nothing else."""

import re

import pytest
from babel.messages.catalog import Message

from tests.support.sentences import OTHER_LANGUAGES, catalogue, sentences

NAMED = re.compile(r"%\(\w+\)[sd]")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def msgid_of(message: Message) -> str:
    """Return a message's msgid, the singular of one with plural forms."""
    return message.id if isinstance(message.id, str) else message.id[0]


def texts_of(message: Message) -> list[str]:
    """Return the translations of a message: one, or one for each plural form."""
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


@pytest.mark.parametrize("language", OTHER_LANGUAGES)
class TestCatalogue:
    def test_says_every_sentence(self, language: str) -> None:
        said = {msgid_of(message) for message in catalogue(language) if all(texts_of(message))}
        wanted = {(found if isinstance(found, str) else found[0], place) for found, place in sentences()}
        assert sorted(f"{place}: {msgid}" for msgid, place in wanted if msgid not in said) == []

    def test_holds_no_sentence_that_nobody_says(self, language: str) -> None:
        said = {found if isinstance(found, str) else found[0] for found, _ in sentences()}
        kept = {msgid_of(message) for message in catalogue(language)} - {""}
        assert sorted(kept - said) == []

    def test_names_the_same_values(self, language: str) -> None:
        different = [
            msgid_of(message)
            for message in catalogue(language)
            if message.id
            for text in texts_of(message)
            if text and set(NAMED.findall(text)) != set(NAMED.findall(msgid_of(message)))
        ]
        assert different == []

    def test_leaves_no_chinese_in_a_sentence_of_another_language(self, language: str) -> None:
        texts = [text for message in catalogue(language) if message.id for text in texts_of(message)]
        assert [text for text in texts if CHINESE.search(text)] == []
