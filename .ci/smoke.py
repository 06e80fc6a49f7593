"""Ask a running site for the pages everything else leads from."""

import re
import sys
from urllib.parse import unquote
from urllib.request import urlopen


def main(base: str) -> None:
    assert get(base, "/healthz") == "ok\n"
    assert '"database": "ok"' in get(base, "/readyz")
    for language, direction in (("ar", "rtl"), ("en", "ltr"), ("fr", "ltr")):
        front = get(base, f"/{language}/")
        assert re.search(rf'<html[^>]* lang="{language}"[^>]* dir="{direction}"', front), language
        story = re.search(rf'href="(/{language}/[^"/]+/\d+/[^"/]+/)"', front)
        assert story, f"no story on the front page in {language}"
        page = get(base, story[1])
        assert 'id="commentform"' in page or "<article" in page, unquote(story[1])
        for style in re.findall(r'<link rel="stylesheet" href="([^"]+)"', page):
            assert re.search(r"\.[0-9a-f]{12}\.css$", style), f"{style} has no hashed name"
            get(base, style)
    assert 'name="username"' in get(base, "/admin/login/")
    print("Front page, story, styles and sign-in answer in every language.")


def get(base: str, path: str) -> str:
    with urlopen(base + path, timeout=20) as answer:
        assert answer.status == 200, f"{path}: {answer.status}"
        return answer.read().decode("utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
