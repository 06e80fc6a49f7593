"""The nouns of comments, a file a subject."""

from comments.models.comment import BODY_BOUND, Comment, CommentQuerySet
from comments.models.desk import Decision, Lease, Note, Report, Reveal
from comments.models.people import (
    Digest,
    Erasure,
    Forgotten,
    MailStop,
    Notice,
    Subscription,
    VerifiedAddress,
)
from comments.models.screening import Policy, Rule, RuleQuerySet, RuleStamp, StoryPolicy

__all__ = [
    "BODY_BOUND",
    "Comment",
    "CommentQuerySet",
    "Decision",
    "Digest",
    "Erasure",
    "Forgotten",
    "Lease",
    "MailStop",
    "Note",
    "Notice",
    "Policy",
    "Report",
    "Reveal",
    "Rule",
    "RuleQuerySet",
    "RuleStamp",
    "StoryPolicy",
    "Subscription",
    "VerifiedAddress",
]
