"""The editors' desk, a file a screen."""

from articles.admin.author import AuthorAdmin
from articles.admin.breaking import BreakingAdmin
from articles.admin.front_page import PinAdmin
from articles.admin.image import ImageAdmin
from articles.admin.redirect import RedirectAdmin
from articles.admin.root_file import RootFileAdmin
from articles.admin.section import SectionAdmin
from articles.admin.site import EditionAdmin
from articles.admin.story import StoryAdmin
from articles.admin.topic import TopicAdmin

__all__ = [
    "AuthorAdmin",
    "BreakingAdmin",
    "EditionAdmin",
    "ImageAdmin",
    "PinAdmin",
    "RedirectAdmin",
    "RootFileAdmin",
    "SectionAdmin",
    "StoryAdmin",
    "TopicAdmin",
]
