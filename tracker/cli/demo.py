"""`tracker demo`: a whole city on this machine, with one command; Ctrl-C ends everything it started."""

import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from types import FrameType

import click

from tracker.access import ROLE_LABELS
from tracker.cli.children import Children
from tracker.cli.serve import PORT, check_address, end_with_parent
from tracker.cli.support import language, say, speech
from tracker.cli.table import lines_of
from tracker.demo import plan
from tracker.demo.installation import Demonstration
from tracker.demo.letters import mail_server
from tracker.foundation.clock import SystemClock
from tracker.foundation.errors import Unavailable
from tracker.foundation.language import N_, SOURCE_LANGUAGE
from tracker.settings import load_settings

LOOPBACK = "127.0.0.1"
LONGEST_START_SECONDS = 60.0
PAUSE_SECONDS = 0.3
INTRODUCED = (
    "shuyi.wei",
    "yitian.zou",
    "bochen.ni",
    "chenghan.xi",
    "zhiyuan.fan",
    "tobias.wren",
    "ruochuan.pei",
    "admin",
)
"""Whom to try first: at least one person of each role; the people page lists them all."""


class NoAnswer(Unavailable):
    """The web process runs but does not answer."""

    message = N_("網站在 %(seconds)s 秒內沒有回應。詳情請看 %(log)s。")


@click.command("demo", help=N_("啟動示範城市：網站、背景程序與收信匣。按 Ctrl-C 結束。"))
@click.option("--port", type=PORT, help=N_("網站的連接埠。"))
@click.option("--host", default=LOOPBACK, show_default=True, help=N_("網站要監聽的位址。"))
def demo(port: int | None, host: str) -> None:
    """Load the city if it is not there yet, start everything, and wait."""
    signal.signal(signal.SIGTERM, _end)
    # A shell that starts a program in the background lets it ignore Ctrl-C; here it must end every child.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    port = port or load_settings().web.port
    check_address(host, port)
    environment = _environment(host, port, _free_port())
    demonstration = Demonstration(load_settings(environment))
    password = demonstration.prepare(
        SystemClock(), lambda: say(N_("第一次啟動：正在載入示範城市，大約需要 20 秒…"))
    )
    try:
        with Children(demonstration.logs) as children:
            _start(children, demonstration, environment)
            _wait_for_answer(children, demonstration)
            _introduce(demonstration, password)
            while True:
                children.check()
                time.sleep(PAUSE_SECONDS)
    except KeyboardInterrupt:
        say(N_("已結束，資料保留在 %(directory)s。"), directory=demonstration.directory)


@click.command("catch-letters", hidden=True)
@click.argument("port", type=PORT)
def catch_letters(port: int) -> None:
    """Take every letter on a loopback port and keep it in the demonstration's folder."""
    controller = mail_server(LOOPBACK, port, Demonstration(load_settings()).letters)
    endings = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, endings)
    controller.start()
    end_with_parent()
    signal.sigwait(endings)
    controller.stop()


def _start(children: Children, demonstration: Demonstration, environment: Mapping[str, str]) -> None:
    mail_port = str(demonstration.settings.mail.port)
    children.start("letters", ["tracker", "catch-letters", mail_port], environment)
    children.start("web", ["tracker", "serve", "--with-parent"], environment)
    children.start("worker", ["tracker", "worker", "--with-parent"], environment)


def _environment(host: str, port: int, mail_port: int) -> dict[str, str]:
    """Return an environment in which everything lies in one directory and letters stay on this machine."""
    directory = load_settings().storage.path
    return {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "TRACKER_STORAGE__DIRECTORY": str(directory),
        "TRACKER_STORAGE__DATABASE": "",
        "TRACKER_SITE__ADDRESS": f"http://{host}:{port}",
        "TRACKER_WEB__HOST": host,
        "TRACKER_WEB__PORT": str(port),
        "TRACKER_WEB__SECURE_COOKIES": "false",
        "TRACKER_WEB__TRUSTED_PROXIES": "0",
        "TRACKER_MAIL__HOST": LOOPBACK,
        "TRACKER_MAIL__PORT": str(mail_port),
        "TRACKER_MAIL__SECURITY": "none",
        "TRACKER_MAIL__USERNAME": "",
        "TRACKER_MAIL__PASSWORD": "",
    }


def _wait_for_answer(children: Children, demonstration: Demonstration) -> None:
    web = demonstration.settings.web
    until = time.monotonic() + LONGEST_START_SECONDS
    while not _answers(web.host, web.port):
        children.check()
        if time.monotonic() > until:
            raise NoAnswer(seconds=int(LONGEST_START_SECONDS), log=demonstration.logs / "web.log")
        time.sleep(PAUSE_SECONDS)


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK if host == "0.0.0.0" else host, port, timeout=5)  # noqa: S104 - asks, does not bind
    try:
        connection.request("GET", "/sign-in")
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _introduce(demonstration: Demonstration, password: str) -> None:
    translate = speech()
    people = {person.key: person for person in plan.people()}
    is_chinese = language() == SOURCE_LANGUAGE
    departments = {each.code: each.name if is_chinese else each.english for each in plan.departments()}
    say(N_("示範城市已就緒：%(address)s"), address=demonstration.settings.site.address)
    click.echo()
    rows = [
        (person.email, translate(ROLE_LABELS[role]), departments[code], person.name)
        for person in (people[key] for key in INTRODUCED)
        for role, code in person.grants[:1]
    ]
    for line in lines_of(
        [tuple(map(translate, (N_("帳號"), N_("角色"), N_("機關或單位"), N_("姓名")))), *rows]
    ):
        click.echo(f"  {line}")
    click.echo()
    say(
        N_("所有人的密碼都是：%(password)s（也存於 %(file)s）"),
        password=password,
        file=demonstration.password_file,
    )
    say(N_("寄出的信件存於：%(folder)s"), folder=demonstration.letters)
    say(N_("按 Ctrl-C 結束；資料會保留到下次啟動。"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)
