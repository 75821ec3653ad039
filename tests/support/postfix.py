"""A real mail server for benchmarks: a Postfix of its own that takes every letter and throws it away from its queue."""

import os
import shutil
import smtplib
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.loopback import free_port

PROGRAMS = Path("/usr/lib/postfix/sbin")
MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
config_directory = {folder}/config
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
daemon_directory = {programs}
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = relay.test
mydestination =
local_transport = discard:
default_transport = discard:
mynetworks = 127.0.0.0/8
"""
SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n - 1 qmgr
postlog unix-dgram n - n - 1 postlogd
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
discard unix - - n - - discard
"""


def has_postfix() -> bool:
    """Tell whether one can be started here: it is installed, and only its master may."""
    return shutil.which("postfix") is not None and PROGRAMS.is_dir() and os.geteuid() == 0


@contextmanager
def postfix() -> Iterator[int]:
    """Start one on a free port of the loopback, which is given, and end it afterwards."""
    with TemporaryDirectory(prefix="postfix-") as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        for each in ("queue", "data", "config"):
            (folder / each).mkdir()
        shutil.chown(folder / "data", "postfix")
        for each, text in (("main.cf", MAIN), ("master.cf", SERVICES)):
            written = text.format(folder=folder, programs=PROGRAMS, port=port)
            (folder / "config" / each).write_text(written, "utf-8")
        _tell(folder, "start")
        try:
            _wait_for(port)
            yield port
        finally:
            _tell(folder, "stop")


def _tell(folder: Path, word: str) -> None:
    # It goes on in the background, and would keep a pipe open.
    command = ["postfix", "-c", str(folder / "config"), word]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            smtplib.SMTP("127.0.0.1", port).quit()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return
