"""`tracker import`: whole directories, a bad file is passed over, a stop loses nothing, and a repeat goes on."""

import csv
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from tests.factories.city import City, build_city
from tests.support.report_stories import TRAM
from tracker.cli import main
from tracker.foundation.clock import FixedClock
from tracker.reports.models import Report
from tracker.wiring import Wiring

Run = Callable[..., Result]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(wiring: Wiring) -> dict[str, str]:
    """What the command finds in its environment on this test's installation."""
    storage = wiring.settings.storage
    return {
        "TRACKER_LANGUAGE": "zh-Hant",
        "TRACKER_STORAGE__DIRECTORY": str(storage.path),
        "TRACKER_STORAGE__DATABASE": storage.database_url,
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """Run the command in this process."""
    return lambda *arguments: CliRunner().invoke(main, ["import", *map(str, arguments)], env=environment)


@dataclass
class Program:
    """The command as a process of its own, as a shell starts it."""

    environment: dict[str, str]
    started: list["subprocess.Popen[str]"] = field(default_factory=list)

    def start(self, *arguments: object) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "tracker", "import", *map(str, arguments)],
            cwd=ROOT,
            env=os.environ | self.environment | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process


@pytest.fixture
def program(environment: dict[str, str]) -> Iterator[Program]:
    """Start the command as a process; it is ended with the test."""
    program = Program(environment)
    yield program
    for process in program.started:
        process.kill()
        process.communicate()


@pytest.fixture
def people(wiring: Wiring, clock: FixedClock) -> City:
    """A small city with a coordinator."""
    return build_city(wiring.database, clock)


def report_text(number: int = 0) -> str:
    return f"{TRAM}\n附記：第 {number} 份。\n"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A report as a file."""
    path = tmp_path / "tram.txt"
    path.write_text(TRAM, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory with twelve reports, one of them in a directory of its own."""
    folder = tmp_path / "reports"
    (folder / "older").mkdir(parents=True)
    for number in range(1, 12):
        (folder / f"報告{number}.txt").write_text(report_text(number), encoding="utf-8")
    (folder / "older" / "報告12.txt").write_text(report_text(12), encoding="utf-8")
    return folder


def count_reports(wiring: Wiring) -> int:
    with wiring.database.reading() as session:
        return session.query(Report).count()


def stored_files(wiring: Wiring) -> int:
    # A kill leaves at most a file that has no name yet.
    found = wiring.settings.storage.files.rglob("*")
    return sum(path.is_file() and not path.name.startswith(".new-") for path in found)


class TestImport:
    def test_brings_drafts_to_the_desk(self, run: Run, people: City, report: Path, wiring: Wiring) -> None:
        result = run(report, "--confidentiality", "restricted")
        assert result.exit_code == 0, result.output
        assert "已匯入「赴瀨灣市考察輕軌與水岸步道" in result.stdout
        assert result.stderr == ""
        with wiring.database.reading() as session:
            stored = session.query(Report).one()
            assert stored.confidentiality == "restricted"
            assert stored.imported_by_id in {
                people.people["coordinator"],
                people.people["second_coordinator"],
            }

    def test_goes_on_after_a_bad_file(self, run: Run, people: City, report: Path, tmp_path: Path) -> None:
        empty = tmp_path / "empty.txt"
        empty.touch()
        picture = tmp_path / "picture.exe"
        picture.write_bytes(b"MZ")
        result = run(empty, tmp_path / "absent.pdf", picture, report)
        assert result.exit_code == 3
        assert len(result.stderr.splitlines()) == 3
        assert "檔案是空的" in result.stderr
        assert "已匯入：1 個" in result.stdout
        assert "未匯入：3 個" in result.stdout

    def test_says_of_a_scan_that_it_is_one_and_how_it_is_read(
        self, run: Run, people: City, tmp_path: Path
    ) -> None:
        scan = tmp_path / "scan.pdf"
        Image.new("L", (620, 877), 255).save(scan, "PDF")
        result = run(scan)
        assert result.exit_code == 3
        assert "這份 PDF 是掃描影像" in result.stderr
        assert "「匯入報告」" in result.stderr

    def test_groups_the_reasons_in_the_summary(self, run: Run, people: City, tmp_path: Path) -> None:
        files = [tmp_path / name for name in ("a.txt", "b.txt")]
        for file in files:
            file.touch()
        assert "　2 個：檔案是空的（0 位元組）。請確認選對了檔案。" in run(*files).stdout

    def test_keeps_nothing_of_a_secret_report(
        self, run: Run, people: City, tmp_path: Path, wiring: Wiring
    ) -> None:
        (tmp_path / "secret.txt").write_text("出國報告\n機密等級：密\n" + TRAM, encoding="utf-8")
        result = run(tmp_path / "secret.txt")
        assert result.exit_code == 3
        assert "密件" in result.stderr
        assert (count_reports(wiring), stored_files(wiring)) == (0, 0)

    def test_counts_a_file_that_was_imported_before_apart(self, run: Run, people: City, report: Path) -> None:
        run(report)
        result = run(report)
        assert result.exit_code == 0
        assert "先前已匯入：1 個" in result.stdout
        assert result.stderr == ""

    def test_takes_two_copies_for_one_report(
        self, run: Run, people: City, report: Path, tmp_path: Path, wiring: Wiring
    ) -> None:
        (tmp_path / "copy.txt").write_bytes(report.read_bytes())
        result = run(report, tmp_path / "copy.txt", "--jobs", 2)
        assert result.exit_code == 0
        assert count_reports(wiring) == 1

    def test_tells_a_report_without_recommendations(self, run: Run, people: City, tmp_path: Path) -> None:
        (tmp_path / "list.txt").write_text("蘋果三斤，牛奶兩瓶。", encoding="utf-8")
        result = run(tmp_path / "list.txt")
        assert result.exit_code == 0
        assert "可能不是出國報告" in result.stdout
        assert "已匯入，沒有找到建議事項：1 個" in result.stdout


class TestWhoActs:
    def test_is_the_person_who_is_named(self, run: Run, people: City, report: Path, wiring: Wiring) -> None:
        run(report, "--as", people.email("second_coordinator"))
        with wiring.database.reading() as session:
            assert session.query(Report).one().imported_by_id == people.people["second_coordinator"]

    def test_is_nobody_unknown(self, run: Run, people: City, report: Path) -> None:
        result = run(report, "--as", "nobody@city.example")
        assert result.exit_code == 2
        assert "nobody@city.example" in result.stderr

    def test_is_nobody_without_the_right(self, run: Run, people: City, report: Path) -> None:
        result = run(report, "--as", people.email("officer"))
        assert result.exit_code == 1
        assert "沒有執行這個動作的權限" in result.stderr

    def test_is_a_coordinator_if_there_is_one(self, run: Run, report: Path) -> None:
        result = run(report)
        assert result.exit_code == 2
        assert "--as" in result.stderr


class TestDirectory:
    def test_is_imported_with_all_below_it(
        self, run: Run, people: City, folder: Path, wiring: Wiring
    ) -> None:
        result = run(folder, "--jobs", 2)
        assert result.exit_code == 0, result.output
        assert count_reports(wiring) == 12
        assert "已匯入：12 個" in result.stdout

    def test_leaves_out_what_is_hidden_or_temporary_and_says_so(
        self, run: Run, people: City, folder: Path
    ) -> None:
        (folder / ".hidden.txt").write_text("x")
        (folder / "~$報告1.docx").write_text("x")
        (folder / ".old").mkdir()
        (folder / ".old" / "a.txt").write_text("x")
        (folder / "Thumbs.db").write_text("x")
        result = run(folder, "--dry-run")
        assert "將會讀取：12 個" in result.stdout
        assert "略過隱藏檔與暫存檔：4 個" in result.stdout

    def test_with_nothing_in_it_is_told(self, run: Run, people: City, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        result = run(tmp_path / "empty")
        assert result.exit_code == 3
        assert "沒有可以讀取的檔案" in result.stderr


class TestDryRun:
    def test_lists_and_imports_nothing(self, run: Run, people: City, folder: Path, wiring: Wiring) -> None:
        run(folder / "報告3.txt")
        result = run(folder, "--dry-run", "--jobs", 1)
        lines = [line for line in result.stdout.splitlines() if "報告" in line]
        assert [line.split(": ")[0].rsplit("/", 1)[1] for line in lines] == [
            *(f"報告{number}.txt" for number in range(1, 13)),
        ]
        assert "將會讀取：11 個" in result.stdout
        assert "先前已匯入：1 個" in result.stdout
        assert count_reports(wiring) == 1


class TestReportFile:
    def test_has_a_row_for_each_file(self, run: Run, people: City, folder: Path, tmp_path: Path) -> None:
        (folder / "=1+1.txt").touch()
        table = tmp_path / "outcome.csv"
        run(folder, "--report", table)
        rows = list(csv.reader(table.read_text("utf-8-sig").splitlines()))
        assert rows[0] == ["檔案", "結果", "說明", "報告名稱", "候選建議數"]
        assert len(rows) == 14
        by_name = {Path(row[0]).name: row[1:] for row in rows}
        assert by_name["報告7.txt"][0] == "已匯入"
        assert by_name["報告7.txt"][2].startswith("赴瀨灣市考察")
        assert int(by_name["報告7.txt"][3]) > 0
        assert by_name["=1+1.txt"][0] == "未匯入"

    def test_that_cannot_be_written_is_told_before_anything_is_read(
        self, run: Run, people: City, report: Path, tmp_path: Path, wiring: Wiring
    ) -> None:
        result = run(report, "--report", tmp_path / "absent" / "outcome.csv")
        assert result.exit_code == 2
        assert count_reports(wiring) == 0


class TestStop:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
    def test_finishes_what_is_in_hand_and_goes_on_next_time(
        self,
        program: Program,
        people: City,
        folder: Path,
        wiring: Wiring,
        tmp_path: Path,
        number: signal.Signals,
    ) -> None:
        table = tmp_path / "outcome.csv"
        first = program.start(folder, "--jobs", 1, "--report", table)
        assert first.stdout
        assert "已匯入" in first.stdout.readline()
        first.send_signal(number)
        said, complained = first.communicate(timeout=60)
        assert first.returncode == 130, complained
        done = count_reports(wiring)
        assert 1 <= done < 12
        assert f"尚未處理：{12 - done} 個。再執行一次相同的命令就會從這裡繼續。" in said
        assert stored_files(wiring) == done
        assert table.read_text("utf-8-sig").count("尚未處理") == 12 - done

        second = program.start(folder)
        said, complained = second.communicate(timeout=120)
        assert second.returncode == 0, complained
        assert f"已匯入：{12 - done} 個" in said
        assert f"先前已匯入：{done} 個" in said
        assert count_reports(wiring) == 12

    def test_loses_nothing_when_it_is_killed(
        self, program: Program, people: City, folder: Path, wiring: Wiring
    ) -> None:
        first = program.start(folder, "--jobs", 2)
        assert first.stdout
        first.stdout.readline()
        first.kill()
        first.communicate()
        second = program.start(folder, "--jobs", 2)
        second.communicate(timeout=120)
        assert second.returncode == 0
        assert (count_reports(wiring), stored_files(wiring)) == (12, 12)


class TestTerminal:
    def test_shows_a_bar_with_rate_and_remaining_time(
        self, environment: dict[str, str], people: City, folder: Path
    ) -> None:
        (folder / "空白.txt").touch()
        shown = on_a_terminal(environment, "import", str(folder), "--jobs", "1")
        assert "13/13" in shown
        assert "個／" in shown
        assert "還要" in shown
        assert "空白.txt: 檔案是空的" in shown
        assert "報告3.txt：已匯入" not in shown
        assert "已匯入：12 個" in shown


def on_a_terminal(environment: dict[str, str], *arguments: str) -> str:
    """Run the command on a terminal of its own, and return all that it showed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker", *arguments],
        cwd=ROOT,
        env=os.environ | environment | {"TERM": "xterm-256color", "COLUMNS": "100"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = bytearray()
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            shown += os.read(ours, 65536)
        except OSError:  # The other end is closed: the program has ended.
            break
    os.close(ours)
    process.wait(10)
    return shown.decode()
