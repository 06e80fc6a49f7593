"""What becomes of comments, told to whoever counts it: never a text, never a writer.

`received` and `decided` are sent once it is stored for good, so that nothing is told that a
rollback undoes.
"""

from django.dispatch import Signal

# A comment was stored. verdict: the status the screens gave it.
received = Signal()
# A comment was not taken. reason: the code of the refusal.
refused = Signal()
# Somebody decided. verdict: the new status. by_moderator: whether a person of the desk did.
decided = Signal()
