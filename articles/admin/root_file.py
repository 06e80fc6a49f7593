"""Files at the root of the site, for machines."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from articles.models import RootFile
from newsroom.lib.rtl import digits, isolate
from newsroom.lib.text import strip_controls

HELP = {
    RootFile.Name.ADS: gettext_lazy(
        "Who may sell the paper’s places for advertisements: a line for each, as your partners "
        "give it to you. Empty: there is no such file."
    ),
    RootFile.Name.ROBOTS: gettext_lazy(
        "Lines to add to what the site says by itself, which keeps crawlers out of the desk, of "
        "personal pages and of searches. “Disallow: /” would hide the whole paper."
    ),
}
# A comment, or a line of the file's own grammar (ads.txt 1.1, §3.4; RFC 9309, §2.2).
LINE = {
    RootFile.Name.ADS: re.compile(
        r"#.*|[A-Z]+ *=[^=].*"
        r"|[a-z0-9][a-z0-9.-]*\.[a-z]{2,} *, *[^,\s][^,]*, *(?:direct|reseller)\b[^,]*(?:,.*)?",
        re.IGNORECASE,
    ),
    RootFile.Name.ROBOTS: re.compile(
        r"#.*|(?:user-agent|allow|disallow|crawl-delay|sitemap|clean-param|host)[ \t]*:.*",
        re.IGNORECASE,
    ),
}


class RootFileForm(forms.ModelForm):
    class Meta:
        model = RootFile
        fields = ("text",)
        widgets = {"text": forms.Textarea({"rows": 20, "dir": "ltr", "spellcheck": "false"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "text" in self.fields:
            self.fields["text"].help_text = HELP.get(self.instance.name, "")

    def clean_text(self) -> str:
        """Refuse a line that no machine would understand: nobody would ever tell."""
        lines = strip_controls(self.cleaned_data["text"]).splitlines()
        for number, line in enumerate(lines, start=1):
            if line.strip() and not LINE[self.instance.name].fullmatch(line.strip()):
                text = _("Line %(number)d is not understood: %(line)s")
                facts = {"number": number, "line": isolate(line.strip()[:80])}
                raise ValidationError(text % facts, code="line")
        return "\n".join(line.rstrip() for line in lines).strip()


@admin.register(RootFile)
class RootFileAdmin(admin.ModelAdmin):
    form = RootFileForm
    list_display = ("name", "lines")

    @admin.display(description=gettext_lazy("lines"))
    def lines(self, row: RootFile) -> str:
        return digits(str(len(row.text.splitlines())), get_language() or "") if row.text else "–"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # these are all there are

    def has_delete_permission(self, request: HttpRequest, obj: RootFile | None = None) -> bool:
        return False
