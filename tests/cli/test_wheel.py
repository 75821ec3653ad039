"""The built wheel, installed into a clean environment far from the checkout, runs the demonstration city."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.support.loopback import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run a program, and show what it said when it failed."""
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def get(port: int, path: str) -> tuple[int, str]:
    """Return status and text of a page, (0, "") while nobody answers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    except (OSError, HTTPException):
        return 0, ""
    finally:
        connection.close()


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `tracker` command of a clean environment that holds the locked packages and our wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    environment = folder / "environment"
    python = environment / "bin" / "python"
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    run(sys.executable, "-m", "venv", environment)
    install = (python, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", "install")
    run(*install, "--require-hashes", "-r", ROOT / "config" / "requirements" / "run.lock")
    run(*install, "--no-deps", next(folder.glob("*.whl")))
    return environment / "bin" / "tracker"


@pytest.fixture(scope="module")
def demonstration(tracker: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a demonstration city that runs from the wheel, in a folder of its own."""
    folder = tmp_path_factory.mktemp("city")
    port = free_port()
    environment = {
        name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}
    }
    environment |= {"TRACKER_WEB__PORT": str(port)}
    with (folder / "said").open("w+") as said:
        process = subprocess.Popen(
            [tracker, "demo"], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while get(port, "/sign-in")[0] == 0:
            said.seek(0)
            assert process.poll() is None, said.read()
            assert time.monotonic() < deadline, said.read()
            time.sleep(0.3)
        yield port
        process.send_signal(signal.SIGINT)
        process.wait(30)


@pytest.mark.slow
class TestWheel:
    def test_is_installed_without_the_checkout(self, tracker: Path, tmp_path: Path) -> None:
        place = subprocess.run(
            [tracker.parent / "python", "-c", "import tracker; print(tracker.__file__)"],
            cwd=tmp_path, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert Path(place.stdout.strip()).is_relative_to(tracker.parents[1])

    def test_shows_the_sign_in_page(self, demonstration: int) -> None:
        status, page = get(demonstration, "/sign-in")
        assert status == 200
        assert "<form" in page

    @pytest.mark.parametrize("name", ["tabler.min.css", "htmx.min.js", "echarts.common.min.js", "icons.svg"])
    def test_brings_its_front_end(self, demonstration: int, name: str) -> None:
        assert get(demonstration, f"/static/vendor/{name}")[0] == 200
