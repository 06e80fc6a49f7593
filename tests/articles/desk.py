"""What a browser sends from the desk's screens."""

from django.test import Client
from django.urls import reverse

from articles import workflow
from articles.forms import StoryForm
from articles.models import Story


def typed(form: StoryForm, **changes) -> dict[str, str]:
    """Return what a form would post as it stands, with `changes` typed over it."""
    data = {}
    forms = [form, form.bylines.management_form, *form.bylines.forms]
    for one in forms:
        for field in one:
            value = field.field.widget.format_value(field.value())
            if isinstance(value, list):
                value = value[0] if value else ""
            if field.field.widget.input_type == "checkbox" if _is_input(field) else False:
                if field.value():
                    data[field.html_name] = "on"
                continue
            data[field.html_name] = "" if value is None else str(value)
    return data | {name: str(value) for name, value in changes.items()}


def _is_input(field) -> bool:
    return hasattr(field.field.widget, "input_type")


def form_of(story: Story) -> StoryForm:
    return StoryForm(language=story.language, content=workflow.head(story).content, story=story)


def save(client: Client, story: Story, **changes):
    """Open a story as it is now, type `changes`, press a button."""
    story.refresh_from_db()
    url = reverse("admin:articles_story_change", args=[story.pk])
    return client.post(url, typed(form_of(story), **changes), follow=True)


def add(client: Client, language: str = "en", query: str = "", **fields):
    url = f"{reverse('admin:articles_story_add')}?language={language}{query}"
    return client.post(url, typed(StoryForm(language=language), **fields), follow=True)


def messages(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def many(action: str, *stories: Story) -> dict:
    """What the list posts for an action on many: each with the version it was shown at."""
    versions = {f"version-{story.pk}": story.version for story in stories}
    return {"action": action, "_selected_action": [story.pk for story in stories], **versions}
