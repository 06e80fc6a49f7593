"""Posts and films of other sites, named by their addresses.

A text keeps of an embed its address alone: `<figure data-embed="youtube"><a href="…">…</a>
<figcaption>…</figcaption></figure>`. What is shown is decided here each time, from the address: a
quiet card that asks nothing of anybody until a reader presses its button.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import unescape
from urllib.parse import SplitResult, parse_qs, quote, urlencode, urlsplit

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newsroom.lib.html import trusted

WIDE, TALL, POST = "wide", "tall", "post"


@dataclass(frozen=True)
class Embed:
    """One embed: `url` is its page, `frame` what may be loaded in its place, none where the
    provider shows nothing without being asked for more."""

    provider: str
    url: str
    frame: str = ""
    shape: str = POST

    @property
    def name(self) -> str:
        """The provider as readers know it."""
        return PROVIDERS[self.provider].name

    @property
    def title(self) -> str:
        """What the frame shows, for those who cannot see it."""
        words = _("Post on %(provider)s") if self.shape == POST else _("Video on %(provider)s")
        return words % {"provider": self.name}


Reader = Callable[[SplitResult, dict[str, str]], Embed | None]


@dataclass(frozen=True)
class Provider:
    """A site we know: its hosts, where its frames come from, and how its addresses are read."""

    name: str
    hosts: re.Pattern[str]
    # The same without what may stand before them, for the editor.
    asked_at: str
    origin: str
    read: Reader


def recognise(address: str) -> Embed | None:
    """Return the embed an address names, or None for any other and for every odd one.

    Reads the address alone and asks nobody. Providers that EMBED_PROVIDERS lacks are unknown.
    """
    address = address.strip()
    if len(address) > 1000 or _ODD.search(address):
        return None
    if not re.match(r"[a-z][a-z0-9+.-]*:", address, re.IGNORECASE):
        address = f"https://{address.removeprefix('//')}"
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or port not in (None, 80, 443):
        return None
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    for provider in switched_on():
        if provider.hosts.fullmatch(parts.hostname or ""):
            return provider.read(parts, query)
    return None


def switched_on() -> list[Provider]:
    """Return the providers whose embeds are shown."""
    return [PROVIDERS[name] for name in settings.EMBED_PROVIDERS if name in PROVIDERS]


def frame_sources(more: Iterable[str] = ()) -> str:
    """Return the end of a content-security policy: where a reader's page may take frames from,
    the providers that are switched on and `more` origins."""
    origins = " ".join([*(provider.origin for provider in switched_on()), *more])
    return f"; frame-src {origins}" if origins else ""


def known_hosts() -> str:
    """Return the hosts at which the editor asks whether a pasted address is an embed."""
    return " ".join(provider.asked_at for provider in switched_on())


# Spaces, controls, backslashes and invisible characters: browsers and `urlsplit` differ on them.
_ODD = re.compile("[\\s\\x00-\\x20\\x7f\\\\\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_YOUTUBE_LIST = re.compile(r"[A-Za-z0-9_-]{12,64}")
_NUMBER = re.compile(r"[0-9]{1,20}")
_X_NAME = re.compile(r"[A-Za-z0-9_]{1,20}")
_CODE = re.compile(r"[A-Za-z0-9_-]{5,64}")
_TELEGRAM_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")
_HASH = re.compile(r"[0-9a-f]{6,20}")
_START = re.compile(r"(?:(\d{1,2})h)?(?:(\d{1,3})m)?(?:(\d{1,5})s?)?")
_FACEBOOK_PATH = re.compile(
    r"/(?:(?P<page>[\w.%-]{1,100})/(?:posts|videos)/(?:[\w.%-]{1,200}/)?(?P<id>pfbid\w{10,100}|\d+)"
    r"|reel/(?P<reel>\d+)|groups/(?P<group>[\w.-]{1,100})/(?:posts|permalink)/(?P<post>\d+))"
)


def _segments(parts: SplitResult) -> list[str]:
    return [segment for segment in parts.path.split("/") if segment]


def _is(pattern: re.Pattern[str], text: str | None) -> bool:
    return bool(text and pattern.fullmatch(text))


def _youtube(parts: SplitResult, query: dict[str, str]) -> Embed | None:
    path = _segments(parts)
    is_short = path[:1] == ["shorts"]
    if parts.hostname == "youtu.be":
        video = path[0] if len(path) == 1 else None
    elif len(path) == 2 and path[0] in ("shorts", "live", "embed", "v"):
        video = path[1]
    elif path == ["playlist"]:
        return _youtube_list(query.get("list"))
    else:
        video = query.get("v") if path == ["watch"] else None
    if video == "videoseries":
        return _youtube_list(query.get("list"))
    if not _is(_YOUTUBE_ID, video):
        return None
    start = _seconds(query.get("t") or query.get("start") or "")
    frame = f"https://www.youtube-nocookie.com/embed/{video}" + (f"?start={start}" if start else "")
    if is_short:
        return Embed("youtube", f"https://www.youtube.com/shorts/{video}", frame, TALL)
    after = f"&t={start}s" if start else ""
    return Embed("youtube", f"https://www.youtube.com/watch?v={video}{after}", frame, WIDE)


def _youtube_list(name: str | None) -> Embed | None:
    if not _is(_YOUTUBE_LIST, name):
        return None
    frame = f"https://www.youtube-nocookie.com/embed/videoseries?list={name}"
    return Embed("youtube", f"https://www.youtube.com/playlist?list={name}", frame, WIDE)


def _seconds(text: str) -> int:
    """Return the seconds that "90", "90s" or "1m30s" name, 0 for anything else."""
    found = _START.fullmatch(text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    return 3600 * hours + 60 * minutes + seconds


def _x(parts: SplitResult, query: dict[str, str]) -> Embed | None:
    path = _segments(parts)
    if path[:2] == ["i", "web"]:
        path = ["i", *path[2:]]
    if len(path) < 3 or path[1] not in ("status", "statuses") or not _is(_X_NAME, path[0]):
        return None
    if not _is(_NUMBER, path[2]) or path[3:4] not in ([], ["photo"], ["video"]):
        return None
    frame = f"https://platform.twitter.com/embed/Tweet.html?id={path[2]}&dnt=true"
    return Embed("x", f"https://x.com/{path[0]}/status/{path[2]}", frame)


def _instagram(parts: SplitResult, query: dict[str, str]) -> Embed | None:
    kinds = {"p": "p", "tv": "p", "reel": "reel", "reels": "reel"}
    path = [part for part in _segments(parts) if part not in ("embed", "captioned")]
    # The name of the account may stand before it.
    kind, code = path[-2:] if len(path) in (2, 3) else ("", "")
    if kind not in kinds or not _is(_CODE, code):
        return None
    url = f"https://www.instagram.com/{kinds[kind]}/{code}/"
    return Embed("instagram", url, f"{url}embed/", POST)


def _facebook(parts: SplitResult, query: dict[str, str]) -> Embed | None:
    url, is_video = _facebook_page(parts, query)
    if not url:
        return None
    if url.startswith("https://fb.watch/") or "/share/" in url:
        # Where it leads only Facebook knows: its frames refuse it, its page does not.
        return Embed("facebook", url)
    kind = "video" if is_video else "post"
    shown = urlencode({"href": url, "show_text": "false" if is_video else "true", "width": 500})
    frame = f"https://www.facebook.com/plugins/{kind}.php?{shown}"
    return Embed("facebook", url, frame, WIDE if is_video else POST)


def _facebook_page(parts: SplitResult, query: dict[str, str]) -> tuple[str, bool]:
    """Return the canonical address, "" where it is none of a post, and whether it is a film."""
    base, path = "https://www.facebook.com", _segments(parts)
    if parts.hostname == "fb.watch":
        found = len(path) == 1 and _is(_CODE, path[0])
        return (f"https://fb.watch/{path[0]}/" if found else ""), True
    if path[:1] == ["share"]:
        kind, code = path[1:3] if len(path) == 3 else ("p", path[-1])
        return (f"{base}/share/{kind}/{code}/" if kind in "pvr" and _is(_CODE, code) else ""), False
    if path == ["watch"] and _is(_NUMBER, query.get("v")):
        return f"{base}/watch/?v={query['v']}", True
    if path in (["permalink.php"], ["story.php"]) and _is(_NUMBER, query.get("id")):
        post = query.get("story_fbid", "")
        is_post = re.fullmatch(r"pfbid\w{10,100}|\d+", post, re.ASCII)
        address = f"{base}/permalink.php?story_fbid={post}&id={query['id']}"
        return (address if is_post else ""), False
    if path in (["photo"], ["photo.php"]) and _is(_NUMBER, query.get("fbid")):
        return f"{base}/photo/?fbid={query['fbid']}", False
    found = _FACEBOOK_PATH.fullmatch(quote(parts.path.rstrip("/"), safe="/%"))
    if found is None:
        return "", False
    if found["reel"]:
        return f"{base}/reel/{found['reel']}", True
    if found["group"]:
        return f"{base}/groups/{found['group']}/posts/{found['post']}", False
    kind = "videos" if "videos" in path else "posts"
    return f"{base}/{found['page']}/{kind}/{found['id']}", kind == "videos"


def _telegram(parts: SplitResult, query: dict[str, str]) -> Embed | None:
    path = _segments(parts)
    channel, *rest = path[1:] if path[:1] == ["s"] else path or [""]
    if len(rest) != 1 or not _is(_TELEGRAM_NAME, channel) or not _is(_NUMBER, rest[0]):
        return None
    url = f"https://t.me/{channel}/{rest[0]}"
    return Embed("telegram", url, f"{url}?embed=1")


def _vimeo(parts: SplitResult, query: dict[str, str]) -> Embed | None:
    path = _segments(parts)
    places = (["video"], ["channels"], ["groups"], ["showcase"])
    if path[:1] in places:
        path = path[1:] if path[0] == "video" else path[2:]
        path = path[1:] if path[:1] in (["videos"], ["video"]) else path
    if not path or len(path) > 2 or not _is(_NUMBER, path[0]):
        return None
    key = path[1] if len(path) == 2 else query.get("h", "")
    if key and not _is(_HASH, key):
        return None
    url = f"https://vimeo.com/{path[0]}" + (f"/{key}" if key else "")
    shown = urlencode({"dnt": 1} | ({"h": key} if key else {}))
    return Embed("vimeo", url, f"https://player.vimeo.com/video/{path[0]}?{shown}", WIDE)


def _hosts(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


PROVIDERS: dict[str, Provider] = {
    "youtube": Provider(
        "YouTube",
        _hosts(r"(?:(?:www|m|music)\.)?youtube\.com|(?:www\.)?youtube-nocookie\.com|youtu\.be"),
        "youtube.com youtube-nocookie.com youtu.be",
        "https://www.youtube-nocookie.com",
        _youtube,
    ),
    "x": Provider(
        "X",
        _hosts(r"(?:(?:www|mobile|m)\.)?(?:x|twitter)\.com"),
        "x.com twitter.com",
        "https://platform.twitter.com",
        _x,
    ),
    "instagram": Provider(
        "Instagram",
        _hosts(r"(?:(?:www|m)\.)?instagram\.com"),
        "instagram.com",
        "https://www.instagram.com",
        _instagram,
    ),
    "facebook": Provider(
        "Facebook",
        _hosts(r"(?:(?:www|m|web|mbasic|[a-z]{2}-[a-z]{2})\.)?facebook\.com|fb\.watch"),
        "facebook.com fb.watch",
        "https://www.facebook.com",
        _facebook,
    ),
    "telegram": Provider(
        "Telegram",
        _hosts(r"(?:www\.)?(?:t\.me|telegram\.me|telegram\.dog)"),
        "t.me telegram.me telegram.dog",
        "https://t.me",
        _telegram,
    ),
    "vimeo": Provider(
        "Vimeo",
        _hosts(r"(?:(?:www|player)\.)?vimeo\.com"),
        "vimeo.com",
        "https://player.vimeo.com",
        _vimeo,
    ),
}


# Showing them.

# Stored markup is clean: attributes are quoted and escaped, a figure's end is its own.
FIGURE = re.compile(
    r'<figure(?=[^>]* data-embed=")[^>]*><a(?=[^>]* href="([^"]+)")[^>]*>(?:(?!</?figure).)*?</a>'
    r"(?:<figcaption[^>]*>((?:(?!</?fig).)*)</figcaption>)?</figure>",
    re.DOTALL,
)
_BUTTONS = {
    WIDE: gettext_lazy("Play the video"),
    TALL: gettext_lazy("Play the video"),
    POST: gettext_lazy("Show the post"),
}


def with_cards(markup: str) -> SafeString:
    """Return clean markup with a card in the place of each embed; what is none stays a link."""
    return trusted(FIGURE.sub(_card, markup))


def first_film(markup: str) -> tuple[str, str]:
    """Return the first embed of clean markup that a reader can play, and the markup without it;
    "" and the whole markup where it has none."""
    for match in FIGURE.finditer(markup):
        embed = recognise(unescape(match[1]))
        if embed and embed.frame and embed.shape != POST:
            return match[0], markup[: match.start()] + markup[match.end() :]
    return "", markup


def has_embeds(markup: str) -> bool:
    """Whether a text has something to load on demand."""
    return ' data-embed="' in markup


def _card(match: re.Match[str]) -> str:
    embed = recognise(unescape(match[1]))
    if embed is None:
        return match[0]
    caption = format_html("<figcaption>{}</figcaption>", trusted(match[2])) if match[2] else ""
    return format_html(
        '<figure class="embed is-{}"><div class="embed-card"{}><p class="embed-name">{}</p>{}'
        '<p class="embed-link"><a href="{}" rel="noopener">{}</a></p></div>{}</figure>',
        embed.shape,
        _frame_attributes(embed),
        embed.title,
        _offer(embed),
        embed.url,
        _("Open on %(provider)s") % {"provider": embed.name},
        caption,
    )


def _frame_attributes(embed: Embed) -> SafeString | str:
    if not embed.frame:
        return ""
    return format_html(' data-frame="{}" data-title="{}"', embed.frame, embed.title)


def _offer(embed: Embed) -> SafeString | str:
    """The button and what pressing it means; without script both stay away."""
    if not embed.frame:
        return ""
    notice = _("Only when you press the button does your browser connect to %(provider)s.")
    return format_html(
        '<p class="embed-notice" hidden>{}</p>'
        '<button type="button" class="embed-button" hidden>{}</button>',
        notice % {"provider": embed.name},
        _BUTTONS[embed.shape],
    )
