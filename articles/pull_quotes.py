"""Words of a text that are set apart in large type, and whose they are.

A text keeps of a pull quote `<figure data-quote="pull"><blockquote><p>…</p></blockquote>
<figcaption>who said it</figcaption></figure>`, without quotation marks of its own: those of the
language are set where it is shown.
"""

import re

from django.utils.html import format_html
from django.utils.safestring import SafeString

from newsroom.lib.folding import tokens
from newsroom.lib.html import to_text, trusted

# Stored markup is clean: attributes are quoted and escaped, a figure's end is its own.
_FIGURE = re.compile(
    r'<figure(?=[^>]* data-quote="pull")[^>]*>((?:(?!</?figure[ >]).)*)</figure>', re.DOTALL
)
# Quotation marks that were typed round the whole.
_TYPED = re.compile(
    r"\A(<blockquote[^>]*>\s*<p[^>]*>)\s*[«“„\"]\s*([^«»“”„\"]*?)\s*[»”“\"]\s*(</p>\s*</blockquote>)"
)


def set_apart(markup: str) -> SafeString:
    """Return clean markup with its pull quotes as readers see them.

    One that repeats words of the text is kept from screen readers, which have just said them or
    are about to; one that stands for itself is read.
    """
    if ' data-quote="' not in markup:
        return trusted(markup)
    rest = _joined(_FIGURE.sub(" ", markup))
    return trusted(_FIGURE.sub(lambda found: _figure(found[1], rest), markup))


def _figure(inner: str, rest: str) -> str:
    inner = _TYPED.sub(r"\1\2\3", inner)
    words = _joined(inner.partition("<figcaption")[0])
    # What can be reached by the keyboard is never kept from being read.
    is_repeated = words in rest and "<a " not in inner
    hidden = trusted(' aria-hidden="true"' if is_repeated else "")
    return format_html('<figure class="pull-quote"{}>{}</figure>', hidden, trusted(inner))


def _joined(markup: str) -> str:
    """The folded words of markup, so that punctuation and vowel signs make no difference."""
    return f" {' '.join(tokens(to_text(markup)))} "
