"""Names that could be taken for those of the newsroom: compared by what they look like.

A skeleton in the manner of Unicode's TR39: letters that readers cannot tell apart become one. The
table is ours; docs/decisions/0004 says why.
"""

import regex

from articles.models import AuthorTranslation, Byline, Edition, Story
from newsroom.lib.folding import fold
from newsroom.models import User

# What stands for the first letter of each line, once folded (small, without marks).
_LOOKALIKES = """
a а α ɑ ａ
b ь в β Ь
c с ϲ ⅽ
d ԁ ⅾ
e е є ε ҽ
f ғ ſ
g ɡ ց
h һ н հ
i 1 l | і ι ӏ ⅰ ⅼ ı ا ١ ۱ ǀ ׀ ו ן
j ј ϳ
k к κ
m м ⅿ
n п η ո ռ
o 0 о ο σ օ ه ٥ ۵ ס
p р ρ
q ԛ գ
r г ɾ
s ѕ ꜱ 5
t т τ
u υ ս
v ѵ ν ⅴ
w ѡ ω ԝ ш
x х χ ⅹ
y у γ ү
z ᴢ ʐ
ф φ
ب پ ٮ ٻ
ن ں ڻ
ج چ
ر ژ ڑ
ف ڡ ڤ
ق ٯ
ك گ ګ
د ڈ
و ۆ ۇ ؤ
"""
_TABLE = {
    ord(char): line.strip()[0]
    for line in _LOOKALIKES.strip().splitlines()
    for char in line.strip()[1:]
    if char != " "
}
# Two letters that look like one.
_PAIRS = (("rn", "m"), ("vv", "w"))
_OTHER = regex.compile(r"[^\p{L}\p{N}|]+")
# A name of one word is many people's; the paper's may be short, but not a syllable.
_LEAST_WORDS, _LEAST_LENGTH = 2, 4


def imitates(name: str, story: Story, paper: str) -> str:
    """Return whose name `name` looks like: the paper's within it, or that of the staff or of a
    story's author as a whole; "" for nobody's."""
    seen = skeleton(name)
    for own in {paper, *Edition.objects.values_list("name", flat=True)}:
        like = skeleton(own)
        if len(like) >= _LEAST_LENGTH and like in seen:
            return own
    return next((own for own in _people(story) if seen and skeleton(own) == seen), "")


def skeleton(name: str) -> str:
    """Return what a name looks like: equal for two that readers could take for each other."""
    plain = _OTHER.sub("", fold(name)).translate(_TABLE)
    for pair, single in _PAIRS:
        plain = plain.replace(pair, single)
    return plain


def _people(story: Story) -> set[str]:
    """Return the names of the staff, and those over the story in every language."""
    staff = User.objects.filter(is_staff=True, is_active=True)
    names = {f"{first} {last}" for first, last in staff.values_list("first_name", "last_name")}
    authors = AuthorTranslation.objects.filter(author__user__is_staff=True)
    names |= set(authors.values_list("name", flat=True))
    whole = {name for name in names if len(name.split()) >= _LEAST_WORDS}
    if story.pk is None:
        return whole
    lines = Byline.objects.filter(story=story)
    return whole | {
        *filter(None, lines.values_list("name", flat=True)),
        *filter(None, lines.values_list("author__translations__name", flat=True)),
    }
