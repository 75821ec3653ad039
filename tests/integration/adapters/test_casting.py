"""A letter that is cast in a mould has the bytes that the real mailer would give it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.site import settings_for
from tracker.adapters.casting import CastingMailer
from tracker.adapters.smtp import SMTPMailer
from tracker.foundation.mailing import Attachment, Letter, MemoryMailer

LETTER = Letter(
    to_name="陳怡君",
    to_address="yichun.chen@city.example",
    subject="[列管追蹤] 列管事項 5 件，其中逾期 2 件",
    text="陳怡君 您好：\n\n以下列管事項共 5 件。\n.\n",
    html="<!DOCTYPE html><html><body><p>陳怡君 您好：</p></body></html>\n",
    message_id="0f8fad5b-d9cb-469f-a165-70867728950e@tracker.example",
    date=datetime(2026, 6, 29, 1, 0, tzinfo=UTC),
    sender='"研考會, 列管追蹤" <tracker@city.example>',
    reply_to="rdec@city.example",
    headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
)
printed = st.characters(exclude_categories=("Cs", "Cc"))
names = st.text(printed, max_size=60) | st.text("林雅婷陳 Tobias1,.\"'()<>@=?_", max_size=60)
subjects = st.text(printed, min_size=1, max_size=120) | st.text("列管事項 逾期115-TPE=?_", min_size=1)
words = st.text(st.characters(exclude_categories=("Cs",)), min_size=1) | st.text("列管。\r\n .=-", min_size=1)
letters = st.builds(
    replace,
    st.just(LETTER),
    to_name=names,
    to_address=st.emails(),
    subject=subjects,
    text=words,
    html=words,
    message_id=st.uuids().map(lambda each: f"{each}@tracker.example"),
    date=st.datetimes(
        datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        datetime(2100, 1, 1),  # noqa: DTZ001 - see above
        timezones=st.sampled_from((UTC, timezone(timedelta(hours=8)))),
    ).map(lambda each: each.replace(microsecond=0)),
    reply_to=st.sampled_from(("", None, "rdec@city.example")),
)


@pytest.fixture(scope="module")
def mailer(tmp_path_factory: pytest.TempPathFactory) -> SMTPMailer:
    folder: Path = tmp_path_factory.mktemp("casting")
    return SMTPMailer(settings_for(folder, "sqlite://", {"TRACKER_MAIL__HOST": "127.0.0.1"}).mail)


class TestCasting:
    @settings(deadline=None)
    @given(several=st.lists(letters, min_size=1, max_size=4))
    def test_gives_the_bytes_that_the_mailer_gives(
        self, mailer: SMTPMailer, several: Sequence[Letter]
    ) -> None:
        casting = CastingMailer(mailer)
        for letter in several:
            try:
                expected = mailer.compose(letter)
            except ValueError:
                with pytest.raises(ValueError, match=r"."):
                    casting.compose(letter)
            else:
                assert casting.compose(letter) == expected

    def test_composes_the_day_with_one_example(
        self, mailer: SMTPMailer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        composed = []
        compose = mailer.compose
        monkeypatch.setattr(mailer, "compose", lambda letter: composed.append(letter) or compose(letter))
        casting = CastingMailer(mailer)
        for number in range(20):
            casting.compose(replace(LETTER, message_id=f"{number:08x}-d9cb@tracker.example"))
        assert len(composed) == 1

    @pytest.mark.parametrize(
        "changes",
        [
            {"html": None},
            {"subject": ""},
            {"text": ""},
            {"attachments": (Attachment("tables.ods", "application/octet-stream", b"PK"),)},
            {"message_id": f"{'7' * 80}@tracker.example"},
        ],
        ids=["no html", "no subject", "no text", "attachment", "long Message-ID"],
    )
    def test_leaves_what_does_not_fit_to_the_mailer(
        self, mailer: SMTPMailer, changes: dict[str, object]
    ) -> None:
        letter = replace(LETTER, **changes)
        assert CastingMailer(mailer).compose(letter) == mailer.compose(letter)

    @pytest.mark.parametrize("where", ["subject", "to_address"])
    def test_refuses_a_line_break_in_a_header(self, mailer: SMTPMailer, where: str) -> None:
        with pytest.raises(ValueError, match="line break"):
            CastingMailer(mailer).compose(replace(LETTER, **{where: "a\nBcc: b@city.example"}))

    def test_leaves_letters_to_a_mailer_whose_letters_look_otherwise(self) -> None:
        twin = MemoryMailer()
        assert CastingMailer(twin).compose(LETTER) == twin.compose(LETTER)
