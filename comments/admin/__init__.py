"""The moderators' desk, a file a screen."""

from comments.admin import queue, rules

__all__ = ["queue", "rules"]
