"""A small asynchronous HTTP client: each connection asks again as soon as it is answered."""

import asyncio
import re
import statistics
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


@dataclass
class Measure:
    """What one round of one address gave."""

    per_second: float
    median_ms: float
    p95_ms: float


def measure(url: str, *, connections: int, seconds: float) -> Measure:
    """Ask for an address as often as it is answered, for some seconds after a short warm-up."""
    asyncio.run(_load(url, connections, seconds / 5))
    started = time.perf_counter()
    took = sorted(asyncio.run(_load(url, connections, seconds)))
    elapsed = time.perf_counter() - started
    return Measure(
        per_second=len(took) / elapsed,
        median_ms=statistics.median(took) * 1000,
        p95_ms=took[int(len(took) * 0.95)] * 1000,
    )


async def _load(url: str, connections: int, seconds: float) -> list[float]:
    until = time.perf_counter() + seconds
    tasks = [_ask_until(url, until) for _ in range(connections)]
    return [took for each in await asyncio.gather(*tasks) for took in each]


async def _ask_until(url: str, until: float) -> list[float]:
    parts = urlsplit(url)
    ask = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    took = []
    while (now := time.perf_counter()) < until:
        writer.write(ask)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{url}: {head.splitlines()[0].decode()}")
        await reader.readexactly(int(LENGTH.search(head)[1]))
        took.append(time.perf_counter() - now)
        if b"connection: close" in head.lower():
            writer.close()
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.close()
    return took
