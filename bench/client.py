"""A small asynchronous HTTP client: each connection asks again as soon as it is answered.

It costs more of the machine than wrk, so fast pages come out slower than they are.
"""

import asyncio
import re
import statistics
import time
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from bench.load import Ask

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


def load(
    ask: "Ask", seed: str, connections: int, seconds: float
) -> tuple[int, float, int, float, float]:
    """Return answers, seconds, refusals, and the median and 95th percentile in milliseconds."""
    return asyncio.run(_load(ask, seed, connections, seconds))


async def _load(
    ask: "Ask", seed: str, connections: int, seconds: float
) -> tuple[int, float, int, float, float]:
    numbers, started = count(1), time.perf_counter()
    until = started + seconds
    tasks = [_ask_until(ask, seed, numbers, until) for _ in range(connections)]
    answers = [one for each in await asyncio.gather(*tasks) for one in each]
    took = sorted(seconds for seconds, _refused in answers)
    return (
        len(took),
        time.perf_counter() - started,
        sum(refused for _seconds, refused in answers),
        statistics.median(took) * 1000,
        took[int(len(took) * 0.95)] * 1000,
    )


async def _ask_until(
    ask: "Ask", seed: str, numbers: "count[int]", until: float
) -> list[tuple[float, bool]]:
    parts = urlsplit(ask.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    answers = []
    while (now := time.perf_counter()) < until:
        writer.write(_message(ask, seed, next(numbers)))
        head = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        await reader.readexactly(int(length[1]) if length and b" 304 " not in head[:13] else 0)
        answers.append((time.perf_counter() - now, int(head.split(b" ", 2)[1]) >= 400))
        if b"connection: close" in head.lower():
            writer.close()
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.close()
    return answers


def _message(ask: "Ask", seed: str, number: int) -> bytes:
    parts, body, path, method = urlsplit(ask.url), b"", "", "GET"
    lines = dict(ask.headers)
    if ask.posts:
        method, path, mark = "POST", ask.posts[number % len(ask.posts)], f"{seed}-{number}"
        fields = {"author": f"Rex {mark}", "email": f"rex{mark}@example.org"}
        body = urlencode(fields | {"comment": f"I saw boat {mark} leave before light."}).encode()
        lines |= {"Content-Type": "application/x-www-form-urlencoded"}
        lines |= {"Content-Length": str(len(body))}
    path = path or (f"{parts.path}?{parts.query}" if parts.query else parts.path)
    told = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{told}\r\n".encode() + body
