"""Posts and films of other sites inside a text: known by their address, loaded only on a click.

A text holds an embed as `<figure data-embed="youtube"><a href="…">…</a></figure>`: without script,
in feeds and in search it is the link that it is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit

from django.conf import settings
from django.template.loader import render_to_string

PROVIDERS = {
    "youtube": "YouTube",
    "vimeo": "Vimeo",
    "x": "X",
    "instagram": "Instagram",
    "facebook": "Facebook",
    "telegram": "Telegram",
}
# Where the frames of each provider come from: what the policy of public pages lets in.
ORIGINS = {
    "youtube": "https://www.youtube-nocookie.com",
    "vimeo": "https://player.vimeo.com",
    "x": "https://platform.twitter.com",
    "instagram": "https://www.instagram.com",
    "facebook": "https://www.facebook.com",
    "telegram": "https://t.me",
}
HOSTS = {
    "youtube.com": "youtube",
    "youtu.be": "youtube",
    "youtube-nocookie.com": "youtube",
    "vimeo.com": "vimeo",
    "player.vimeo.com": "vimeo",
    "x.com": "x",
    "twitter.com": "x",
    "instagram.com": "instagram",
    "facebook.com": "facebook",
    "t.me": "telegram",
    "telegram.me": "telegram",
}
_FIGURE = re.compile(
    r'<figure data-embed="([a-z]+)"[^>]*>\s*<a href="([^"]+)"[^>]*>.*?</a>\s*'
    r"(?:<figcaption[^>]*>(.*?)</figcaption>)?\s*</figure>",
    re.DOTALL,
)


@dataclass(frozen=True)
class Embed:
    """What an address leads to: its provider, its canonical address, the frame that shows it."""

    provider: str
    url: str
    frame: str

    @property
    def name(self) -> str:
        return PROVIDERS[self.provider]

    @property
    def is_film(self) -> bool:
        return self.provider in ("youtube", "vimeo")


def recognise(address: str) -> Embed | None:
    """Return what `address` embeds, or None: another site, a form we do not know, a provider that
    EMBED_PROVIDERS leaves out, or an address that is no plain https one."""
    try:
        parts = urlsplit(address.strip())
        is_plain = parts.scheme in ("http", "https") and not parts.username and not parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("mobile.")
    provider = HOSTS.get(host)
    if not is_plain or provider not in settings.EMBED_PROVIDERS:
        return None
    return _READERS[provider](host, parts.path, parse_qs(parts.query), address.strip())


def origins() -> list[str]:
    """Return the origins that frames of public pages may come from."""
    return [ORIGINS[name] for name in settings.EMBED_PROVIDERS]


def shown(body_html: str) -> str:
    """Return a cleaned text with each embed as a card that loads nothing before it is pressed."""
    return _FIGURE.sub(_card, body_html) if "data-embed" in body_html else body_html


def _card(match: re.Match[str]) -> str:
    embed = recognise(match[2].replace("&amp;", "&"))
    if embed is None:
        return match[0]
    return render_to_string("articles/_embed.html", {"embed": embed, "caption": match[3] or ""})


# A reader for each provider: (host, path, query, address) → Embed or None.


def _youtube(host: str, path: str, query: dict, address: str) -> Embed | None:
    if host == "youtu.be":
        found = re.fullmatch(r"/([\w-]{11})/?", path)
    elif path == "/watch":
        found = re.fullmatch(r"([\w-]{11})", query.get("v", [""])[0])
    else:
        found = re.fullmatch(r"/(?:shorts|live|embed|v)/([\w-]{11})/?", path)
    if not found:
        return None
    frame = f"{ORIGINS['youtube']}/embed/{found[1]}"
    return Embed("youtube", f"https://www.youtube.com/watch?v={found[1]}", frame)


def _vimeo(host: str, path: str, query: dict, address: str) -> Embed | None:
    found = re.fullmatch(r"/(?:video/|channels/[\w-]+/)?(\d{5,12})(?:/[0-9a-f]+)?/?", path)
    if not found:
        return None
    frame = f"{ORIGINS['vimeo']}/video/{found[1]}?dnt=1"
    return Embed("vimeo", f"https://vimeo.com/{found[1]}", frame)


def _x(host: str, path: str, query: dict, address: str) -> Embed | None:
    found = re.fullmatch(r"/(\w{1,20}|i/web)/status/(\d{5,20})(?:/.*)?", path)
    if not found:
        return None
    frame = f"{ORIGINS['x']}/embed/Tweet.html?id={found[2]}&dnt=true"
    return Embed("x", f"https://x.com/{found[1]}/status/{found[2]}", frame)


def _instagram(host: str, path: str, query: dict, address: str) -> Embed | None:
    found = re.fullmatch(r"(?:/[\w.]{1,30})?/(p|reel|tv)/([\w-]{5,40})/?", path)
    if not found:
        return None
    url = f"https://www.instagram.com/{found[1]}/{found[2]}/"
    return Embed("instagram", url, f"{url}embed/")


def _facebook(host: str, path: str, query: dict, address: str) -> Embed | None:
    is_video = re.fullmatch(r"/(?:[\w.-]+/videos/(?:[\w.-]+/)?\d+|watch|reel/\d+)/?", path)
    is_post = re.fullmatch(r"/(?:[\w.-]+/posts/[\w.:-]+|permalink\.php|photo(?:\.php)?)/?", path)
    wanted = {name: query[name][0] for name in ("v", "story_fbid", "id", "fbid") if name in query}
    if not is_video and not is_post:
        return None
    tail = "&".join(f"{name}={quote(value, safe='')}" for name, value in wanted.items())
    url = f"https://www.facebook.com{path}" + (f"?{tail}" if tail else "")
    kind = "video" if is_video else "post"
    frame = f"{ORIGINS['facebook']}/plugins/{kind}.php?href={quote(url, safe='')}"
    return Embed("facebook", url, frame)


def _telegram(host: str, path: str, query: dict, address: str) -> Embed | None:
    found = re.fullmatch(r"/(?:s/)?(\w{4,32})/(\d{1,12})/?", path)
    if not found:
        return None
    url = f"https://t.me/{found[1]}/{found[2]}"
    return Embed("telegram", url, f"{url}?embed=1")


_READERS: dict[str, Callable[[str, str, dict, str], Embed | None]] = {
    "youtube": _youtube,
    "vimeo": _vimeo,
    "x": _x,
    "instagram": _instagram,
    "facebook": _facebook,
    "telegram": _telegram,
}
