"""The moderators' desk, a file a screen."""

from comments.admin import policies, queue, rules

__all__ = ["policies", "queue", "rules"]
