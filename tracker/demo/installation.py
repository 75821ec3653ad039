"""Where the demonstration lives: an embedded database that is complete before it carries its name, and one password."""

import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tracker.demo.city import is_empty, load_city
from tracker.foundation.clock import Clock
from tracker.foundation.database import Database
from tracker.foundation.errors import Conflict
from tracker.foundation.language import N_
from tracker.foundation.migrating import migrate, present_revision
from tracker.settings import Settings
from tracker.wiring import wire

# Without letters and digits that look alike; a person may have to type it.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 4, 4


class NotADemonstration(Conflict):
    """The directory holds data of another kind, which nothing here may touch."""

    message = N_(
        "「%(directory)s」裡已有其他資料，不會載入示範城市。請用 TRACKER_STORAGE__DIRECTORY 指定另一個目錄。"
    )


@dataclass(frozen=True)
class Demonstration:
    """The files of one demonstration."""

    settings: Settings

    @property
    def directory(self) -> Path:
        """Return the directory that holds everything."""
        return self.settings.storage.path

    @property
    def letters(self) -> Path:
        """Return the folder in which letters land."""
        return self.directory / "letters"

    @property
    def logs(self) -> Path:
        """Return the folder of what the processes say."""
        return self.directory / "logs"

    @property
    def password_file(self) -> Path:
        """Return the file with everybody's password, readable to its owner only."""
        return self.directory / "demo-password"

    def prepare(self, clock: Clock, announce: Callable[[], None]) -> str:
        """Bring an older city up to date, or load a new one where there is none; returns the password.

        `announce` is called before the seconds that loading takes. Raises NotADemonstration or DatabaseNewer.
        """
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._is_inhabited():
            announce()
            return self._load(clock)
        if not self.password_file.exists():
            raise NotADemonstration(directory=self.directory)
        database = Database(self.settings.storage.database_url)
        migrate(database)
        database.close()
        return self.password_file.read_text(encoding="utf-8").strip()

    def _is_inhabited(self) -> bool:
        if not self._database_file.exists():
            return False
        wiring = wire(self.settings)
        try:
            return present_revision(wiring.database) is not None and not is_empty(wiring)
        finally:
            wiring.database.close()

    def _load(self, clock: Clock) -> str:
        password = _new_password()
        aside = self.directory / "loading.db"
        _remove(aside)
        shutil.rmtree(self.letters, ignore_errors=True)
        loading = replace(
            self.settings, storage=replace(self.settings.storage, database=f"sqlite:///{aside}")
        )
        database = Database(loading.storage.database_url)
        migrate(database)
        database.close()
        load_city(loading, password, self.letters, clock)
        _write_private(self.password_file, password)
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        _remove(self._database_file)
        aside.replace(self._database_file)
        return password

    @property
    def _database_file(self) -> Path:
        return self.directory / "tracker.db"


def _new_password() -> str:
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")


def _remove(database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
