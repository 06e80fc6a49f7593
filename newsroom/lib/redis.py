"""Redis, where several machines share one; a single machine needs neither it nor its package."""

from typing import Any

try:
    from redis import Redis
    from redis.exceptions import RedisError, ResponseError
except ImportError:

    class RedisError(Exception):  # type: ignore[no-redef]
        """What never comes where there is no Redis."""

    class ResponseError(RedisError):  # type: ignore[no-redef]
        """Likewise."""


# A page that waits for Redis is no faster for it (seconds).
PATIENCE = 0.25


def connect(url: str) -> Any:
    """Return a client of the Redis at `url` that gives up after PATIENCE; its calls raise
    RedisError."""
    return Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
