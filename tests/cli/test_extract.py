"""`tracker extract`: no database, one line per file, bad files told and passed over."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.pdf import pdf
from tracker.cli.extract import extract_command

REPORT = (
    "\ufeff服務機關：澄湖市政府水利處\r\n一、前言\r\n略。\r\n二、建議\r\n（一）建請水利處訂定維護手冊。\r\n"
)


def run(*arguments: str | Path, language: str | None = None) -> Result:
    return CliRunner().invoke(
        extract_command, [str(a) for a in arguments], env={"TRACKER_LANGUAGE": language, "LANG": "C.UTF-8"}
    )


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "報告.txt"
    path.write_bytes(REPORT.encode())
    return path


class TestJsonLines:
    def test_one_line_per_file_and_nothing_else(self, report: Path, tmp_path: Path) -> None:
        other = tmp_path / "other.txt"
        other.write_text("今天天氣很好。", encoding="utf-8")
        result = run(report, other, "--jsonl")
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        assert [line["id"] for line in lines] == ["報告", "other"]
        assert [len(line["recommendations"]) for line in lines] == [1, 0]
        assert result.exit_code == 0

    def test_offsets_are_those_of_the_decoded_file(self, report: Path) -> None:
        line = json.loads(run(report, "--jsonl").stdout)
        row = line["recommendations"][0]
        assert REPORT[row["start"] : row["end"]] == row["text"] == "建請水利處訂定維護手冊。"
        assert "text" not in line

    def test_writes_chinese_as_chinese(self, report: Path) -> None:
        assert "建請水利處" in run(report, "--jsonl").stdout

    def test_other_formats_carry_their_text(self, tmp_path: Path) -> None:
        path = tmp_path / "trams.pdf"
        path.write_bytes(pdf("1. Recommendations\n- The Depot should wash trams first."))
        line = json.loads(run(path, "--jsonl").stdout)
        row = line["recommendations"][0]
        assert line["text"][row["start"] : row["end"]] == row["text"]
        assert row["page"] == 1


class TestBadFiles:
    def test_goes_on_with_the_next_file(self, report: Path, tmp_path: Path) -> None:
        empty = tmp_path / "empty.txt"
        empty.touch()
        result = run(empty, tmp_path / "absent.txt", report, "--jsonl")
        assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["報告"]
        assert "檔案是空的" in result.stderr
        assert "找不到檔案" in result.stderr
        assert result.exit_code == 3

    def test_an_empty_directory_is_told_in_words(self, tmp_path: Path) -> None:
        result = run(tmp_path)
        assert result.exit_code == 3
        assert "這個目錄裡沒有可以讀取的檔案。" in result.stderr


class TestDirectory:
    def test_is_read_side_by_side_and_told_in_order(self, tmp_path: Path) -> None:
        for number in range(1, 13):
            # The first ones are the longest, and end last.
            (tmp_path / f"r{number}.txt").write_text(REPORT * (200 if number < 3 else 1), encoding="utf-8")
        (tmp_path / ".hidden.txt").touch()
        result = run(tmp_path, "--jsonl", "--jobs", "3")
        assert result.exit_code == 0
        found = [json.loads(line)["id"] for line in result.stdout.splitlines()]
        assert found == [f"r{number}" for number in range(1, 13)]


class TestSummary:
    def test_is_readable(self, report: Path) -> None:
        result = run(report)
        assert "建議事項：1 項" in result.stdout
        assert "1. 建請水利處訂定維護手冊。（水利處）" in result.stdout

    def test_says_when_nothing_was_found(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        path.write_text("今天天氣很好。", encoding="utf-8")
        assert "沒有找到建議事項。" in run(path).stdout
