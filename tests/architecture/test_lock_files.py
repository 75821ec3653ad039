"""No lock or requirement file may say where packages come from: every site has its own registry or mirror."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "config" / "requirements").iterdir())
NPM_LOCK = ROOT / "config" / "frontend" / "package-lock.json"
ADDRESS = re.compile(
    r"\b(https?|git|file|ftp)://|--(extra-)?index-url|--find-links|--trusted-host", re.IGNORECASE
)
# Spelled in pieces, so that this file names none of them.
HOSTS = ["pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com", "yarnpkg" + ".com"]
HOSTS += ["deb.debian" + ".org", "debian" + ".org/debian"]
FOREIGN_LOCKS = ["uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock", "yarn.lock", "pnpm-lock.yaml"]


def committed_files() -> list[Path]:
    """Return every file that git keeps or would keep; outside a checkout, the lock files alone."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        return [*LOCKS, NPM_LOCK]
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


class TestLockFiles:
    @pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
    def test_requirement_file_holds_no_address(self, path: Path) -> None:
        assert not ADDRESS.search(path.read_text())

    @pytest.mark.parametrize(
        "path", [path for path in LOCKS if path.suffix == ".lock"], ids=lambda path: path.name
    )
    def test_every_requirement_is_pinned_with_a_hash(self, path: Path) -> None:
        text = path.read_text().replace("\\\n", " ")
        pinned = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
        assert pinned
        assert [line for line in pinned if "==" not in line or "--hash=sha256:" not in line] == []

    def test_npm_lock_resolves_to_no_address(self) -> None:
        packages = json.loads(NPM_LOCK.read_text())["packages"]
        assert [name for name, entry in packages.items() if "resolved" in entry] == []

    def test_npm_lock_has_a_hash_for_every_package(self) -> None:
        packages = json.loads(NPM_LOCK.read_text())["packages"]
        assert [name for name, entry in packages.items() if name and "integrity" not in entry] == []

    def test_no_lock_file_of_another_tool_is_kept(self) -> None:
        assert [path for path in committed_files() if path.name in FOREIGN_LOCKS] == []

    def test_no_file_names_the_host_of_a_registry(self) -> None:
        naming = [
            str(path.relative_to(ROOT))
            for path in committed_files()
            if any(host.encode() in path.read_bytes() for host in HOSTS)
        ]
        assert naming == []
