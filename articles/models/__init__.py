"""The nouns of the newsroom, a file each."""

from articles.models.author import Author, AuthorTranslation, Byline
from articles.models.front_page import FrontPagePin
from articles.models.image import Image, ImageTranslation
from articles.models.revision import Revision, Transition
from articles.models.section import Section, SectionTranslation
from articles.models.site import Edition, MenuItem
from articles.models.story import Story
from articles.models.topic import Topic, TopicTranslation

__all__ = [
    "Author",
    "AuthorTranslation",
    "Byline",
    "Edition",
    "FrontPagePin",
    "Image",
    "ImageTranslation",
    "MenuItem",
    "Revision",
    "Section",
    "SectionTranslation",
    "Story",
    "Topic",
    "TopicTranslation",
    "Transition",
]
