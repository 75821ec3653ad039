"""Looking changes nothing: mail scanners and browsers open addresses on their own."""

import pytest

from tests.support.prepared import Prepared
from tests.support.rights import KEYS, addresses


class TestLooking:
    @pytest.mark.parametrize("key", [None, *KEYS])
    def test_changes_no_row_whoever_looks(self, prepared_once: Prepared, key: str | None) -> None:
        visitor, before = prepared_once.visit(key), prepared_once.dump()
        for address in addresses(prepared_once, "GET"):
            for method in ("GET", "HEAD", "OPTIONS"):
                with visitor.client.open(address, method=method):
                    pass
            if "/api/" in address and key:
                prepared_once.ask(key, address)
        assert prepared_once.dump() == before

    def test_at_a_form_s_address_changes_nothing_either(self, prepared_once: Prepared) -> None:
        before = prepared_once.dump()
        for key in ("coordinator", "administrator", "officer"):
            for address in addresses(prepared_once, "POST"):
                prepared_once.visit(key).get(address)
        assert prepared_once.dump() == before


class TestAnswers:
    @pytest.mark.parametrize(("language", "words"), [("zh-Hant", "找不到這個頁面"), ("en", "not found")])
    def test_an_unknown_address_is_told_in_the_reader_s_language(
        self, prepared_once: Prepared, language: str, words: str
    ) -> None:
        visitor = prepared_once.visit()
        visitor.client.set_cookie("language", language)
        answer = visitor.get("/nowhere")
        assert answer.status_code == 404
        assert words in answer.text.lower()

    @pytest.mark.parametrize(
        ("language", "words"), [("zh-Hant", "這個網址不能直接開啟"), ("en", "cannot be opened")]
    )
    def test_a_wrong_method_is_told_so(self, prepared_once: Prepared, language: str, words: str) -> None:
        visitor = prepared_once.visit()
        visitor.client.set_cookie("language", language)
        answer = visitor.get("/sign-out")
        assert answer.status_code == 405
        assert words in answer.text

    @pytest.mark.parametrize(("language", "words"), [("zh-Hant", "檔案太大"), ("en", "too large")])
    def test_too_large_an_upload_is_told_so(self, prepared_once: Prepared, language: str, words: str) -> None:
        visitor = prepared_once.visit()
        visitor.client.set_cookie("language", language)
        limit = prepared_once.app.config["MAX_CONTENT_LENGTH"]
        answer = visitor.client.post(
            "/sign-in",
            environ_overrides={"CONTENT_LENGTH": str(limit + 1)},
            content_type="multipart/form-data; boundary=x",
        )
        assert answer.status_code == 413
        assert words in answer.text.lower()

    def test_a_lapsed_form_is_told_in_the_reader_s_language(self, prepared_once: Prepared) -> None:
        visitor = prepared_once.visit()
        visitor.client.set_cookie("language", "en")
        answer = visitor.client.post("/sign-in", data={"email": "x"})
        assert answer.status_code == 400
        assert '<html lang="en"' in answer.text

    def test_an_unknown_resource_is_a_problem_document(self, prepared_once: Prepared) -> None:
        answer = prepared_once.ask("coordinator", "/api/v1/nothing")
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
