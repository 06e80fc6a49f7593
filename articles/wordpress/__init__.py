"""Moving in from WordPress: its export file (WXR) becomes stories, sections, authors, topics."""

from articles.wordpress.receipt import Receipt
from articles.wordpress.stories import Mover
from articles.wordpress.wxr import Export, OldComment, Post, WxrError

__all__ = ["Export", "Mover", "OldComment", "Post", "Receipt", "WxrError"]
