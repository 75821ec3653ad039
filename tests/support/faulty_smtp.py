"""A mail server that fails in every way a relay fails; run as a program, so that no test can be in its way.

What it takes it writes into its journal before it answers, one JSON line a copy: a copy is a copy, whatever the client
came to know of it. The same seed fails the same way.
"""

import asyncio
import hashlib
import json
import os
import random
import sys
from email import message_from_bytes
from enum import StrEnum
from pathlib import Path

HANG_SECONDS = 60.0


class Fault(StrEnum):
    """How one conversation goes wrong."""

    NONE = "none"
    REFUSE = "refuse"
    BUSY_RECIPIENT = "busy recipient"
    BUSY_BODY = "busy body"
    HANG_RECIPIENT = "hang at the recipient"
    HANG_UNTAKEN = "hang after the dot, not taken"
    HANG_TAKEN = "hang after the dot, taken"
    DROP_BODY = "drop within the body"
    DROP_UNTAKEN = "drop after the dot, not taken"
    DROP_TAKEN = "drop after the dot, taken"
    DROP_ANSWERED = "drop after the answer"


RATES = {
    Fault.BUSY_RECIPIENT: 0.03,
    Fault.BUSY_BODY: 0.02,
    Fault.HANG_RECIPIENT: 0.004,
    Fault.HANG_UNTAKEN: 0.004,
    Fault.HANG_TAKEN: 0.004,
    Fault.DROP_BODY: 0.01,
    Fault.DROP_UNTAKEN: 0.01,
    Fault.DROP_TAKEN: 0.01,
    Fault.DROP_ANSWERED: 0.03,
}
REFUSED_CONNECTIONS = 0.03


class Relay:
    """The server: its journal, its mood, and the addresses that it never takes."""

    def __init__(self, journal: Path, seed: int, unknown_every: int) -> None:
        self._journal = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._chance = random.Random(seed)
        self._unknown_every = unknown_every

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one conversation of any number of letters."""
        try:
            if self._chance.random() < REFUSED_CONNECTIONS:
                await say(writer, "421 too many connections")
                return
            await say(writer, "220 relay.city.example")
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault, recipient = Fault.NONE, ""
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                await say(writer, "250-relay.city.example\r\n250 8BITMIME")
            elif verb == b"MAIL":
                fault = self._mood()
                await say(writer, "250 sender")
            elif verb == b"RCPT":
                recipient = line.decode().partition("<")[2].partition(">")[0]
                if fault is Fault.HANG_RECIPIENT:
                    await asyncio.sleep(HANG_SECONDS)
                await say(writer, self._word_on(recipient, fault))
            elif verb == b"DATA":
                await say(writer, "354 go on")
                if not await self._take(reader, writer, recipient, fault):
                    return
            elif verb == b"QUIT":
                await say(writer, "221 bye")
                return
            else:
                await say(writer, "250 well")

    async def _take(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, recipient: str, fault: Fault
    ) -> bool:
        """Take one body, or fail to; returns whether the conversation goes on."""
        if fault is Fault.DROP_BODY:
            await reader.read(64)
            return False
        body = (await reader.readuntil(b"\r\n.\r\n"))[:-3]
        if fault in (Fault.DROP_UNTAKEN, Fault.HANG_UNTAKEN):
            await asyncio.sleep(HANG_SECONDS if fault is Fault.HANG_UNTAKEN else 0)
            return False
        if fault is Fault.BUSY_BODY:
            await say(writer, "452 try again")
            return True
        self._write_down(recipient, body)
        if fault in (Fault.DROP_TAKEN, Fault.HANG_TAKEN):
            await asyncio.sleep(HANG_SECONDS if fault is Fault.HANG_TAKEN else 0)
            return False
        await say(writer, "250 taken")
        return fault is not Fault.DROP_ANSWERED

    def _mood(self) -> Fault:
        drawn, sum_of_rates = self._chance.random(), 0.0
        for fault, rate in RATES.items():
            sum_of_rates += rate
            if drawn < sum_of_rates:
                return fault
        return Fault.NONE

    def _word_on(self, recipient: str, fault: Fault) -> str:
        if is_unknown(recipient, self._unknown_every):
            return "550 no such mailbox"
        return "451 greylisted" if fault is Fault.BUSY_RECIPIENT else "250 recipient"

    def _write_down(self, recipient: str, body: bytes) -> None:
        message_id = str(message_from_bytes(body)["Message-ID"])
        entry = {"to": recipient, "id": message_id, "sha256": hashlib.sha256(body).hexdigest()}
        os.write(self._journal, json.dumps(entry).encode() + b"\n")


def is_unknown(address: str, every: int) -> bool:
    """Tell whether the relay knows no mailbox of an address: every so many-th is a leaver's."""
    number = "".join(filter(str.isdigit, address))
    return bool(number) and int(number) % every == every - 1


async def say(writer: asyncio.StreamWriter, words: str) -> None:
    """Answer one line."""
    writer.write(words.encode() + b"\r\n")
    await writer.drain()


async def main(port: int, journal: Path, seed: int, unknown_every: int) -> None:
    """Serve on the loopback until the process is ended."""
    relay = Relay(journal, seed, unknown_every)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", port, limit=1 << 22)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
