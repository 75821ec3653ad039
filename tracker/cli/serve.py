"""`tracker serve` and `tracker worker`: the two processes of an installation."""

import errno
import logging
import os
import signal
import socket
import sys
import threading

import click
from waitress.server import create_server

from tracker import worker as clock_process
from tracker.app import create_app
from tracker.cli.support import say, wired
from tracker.foundation.errors import AddressTaken, Misconfigured
from tracker.foundation.language import N_

PORT = click.IntRange(1, 65535)


@click.command("serve", help=N_("啟動網站。位址與連接埠取自設定，也可以在此指定。"))
@click.option("--host", help=N_("要監聽的位址。"))
@click.option("--port", type=PORT, help=N_("要監聽的連接埠。"))
@click.option("--with-parent", is_flag=True, hidden=True)
def serve(host: str | None, port: int | None, with_parent: bool) -> None:
    """Answer requests until a signal asks to end."""
    with wired() as wiring:
        web = wiring.settings.web
        host, port = host or web.host, port or web.port
        app = create_app(wiring)
        check_address(host, port)
        server = create_server(
            app,
            host=host,
            port=port,
            threads=web.threads,
            ident=None,
            # Without a trusted proxy nobody may claim another address; with one, the application counts them.
            clear_untrusted_proxy_headers=not web.trusted_proxies,
        )
        say(N_("網站已啟動：http://%(host)s:%(port)s"), host=host, port=port)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        if with_parent:
            end_with_parent()
        server.run()
        server.close()


@click.command("worker", help=N_("啟動背景程序：提醒、寄信與匯入。"))
@click.option("--with-parent", is_flag=True, hidden=True)
def worker(with_parent: bool) -> None:
    """Work until a signal asks to end."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # Checking the structure at every start is no news.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    with wired() as wiring:
        if with_parent:
            end_with_parent()
        say(N_("背景程序已啟動。"))
        clock_process.run(wiring)


def check_address(host: str, port: int) -> None:
    """Raise AddressTaken for a port in use, Misconfigured for an address that is not this machine's."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AddressTaken(port=port) from error
        raise Misconfigured(detail=f"{host}:{port} ({error.strerror})") from error


def end_with_parent() -> None:
    """End this process when whoever started it is gone, even killed: its end of our stdin closes then."""

    def watch() -> None:
        while sys.stdin.buffer.read(1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
