"""RSS 2.0 as the house writes it: Django's generator, with pictures (Media RSS) and without what
would make one feed differ from the next.

Dates are RFC 822 in English whatever the language, text is escaped once. A control character,
which an older row may hold, would stop the whole feed: XML has none.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.xmlutils import SimplerXMLGenerator

from newsroom.lib.rtl import closed
from newsroom.lib.text import strip_controls

_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
MEDIA = "http://search.yahoo.com/mrss/"


@dataclass(frozen=True)
class FeedPicture:
    """A picture beside an item: an absolute address and what stands there."""

    url: str
    width: int
    height: int
    credit: str = ""


class RssFeed(Rss201rev2Feed):
    """Takes what Django's feed takes; `add_item` also a `picture` (FeedPicture)."""

    def rss_attributes(self) -> dict[str, str]:
        return super().rss_attributes() | {"xmlns:media": MEDIA}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        picture = item.get("picture")
        if picture:
            size = {"width": str(picture.width), "height": str(picture.height)}
            attributes = {"url": picture.url, "type": "image/jpeg", "medium": "image", **size}
            handler.startElement("media:content", attributes)
            if picture.credit:
                handler.addQuickElement("media:credit", plain(picture.credit))
            handler.endElement("media:content")

    def latest_post_date(self) -> Any:
        """When readers were last given something new; of an empty feed nothing can be said, and
        the present moment would give every answer another ETag."""
        return super().latest_post_date() if self.items else _BEGINNING


def plain(text: str) -> str:
    """Return a text as XML may hold it, unable to turn what stands around it."""
    return closed(strip_controls(text))
