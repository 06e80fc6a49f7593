"""Moving in from WordPress: its export file (WXR) becomes stories, sections, authors, topics."""

from articles.wordpress.stories import save_stories
from articles.wordpress.wxr import Export, OldComment, Post, Receipt, WxrError

__all__ = ["Export", "OldComment", "Post", "Receipt", "WxrError", "save_stories"]
