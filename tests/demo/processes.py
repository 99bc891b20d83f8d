"""Child processes that never outlive the demo."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
import socket
import sys

LOOK_SECONDS = 0.5
REPOSITORY = Path(__file__).parents[2]


class DemoError(Exception):
    """The demo cannot go on; the text says why in words for the person at the terminal."""


async def looks(seconds: float) -> AsyncIterator[None]:
    """Yield at once and then again and again, twice a second, until ``seconds`` have passed."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        yield
        if loop.time() >= end:
            return
        await asyncio.sleep(LOOK_SECONDS)


async def patience(seconds: float, what: str) -> AsyncIterator[None]:
    """Yield like ``looks``; who still waits at the end gets DemoError."""
    async for _ in looks(seconds):
        yield
    raise DemoError(f"{what} took longer than {seconds:g} s")


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def python_process(
    arguments: Sequence[str], *, log: Path, patience: float, read_stdout: bool = False
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run this Python with ``arguments``; on leaving ask it to end and, after ``patience`` seconds, make it end.

    What it prints goes to ``log``; with ``read_stdout`` only its stderr does and its stdout is a pipe. It has its own
    session, so that Ctrl-C in the terminal reaches only the demo, which ends its children in order.
    """
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=REPOSITORY,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE if read_stdout else output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        await _end(process, patience)


async def _end(process: asyncio.subprocess.Process, patience: float) -> None:
    """End a process: politely, then without asking."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(patience):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
