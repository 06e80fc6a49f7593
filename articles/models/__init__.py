"""The nouns of the newsroom, a file each."""

from articles.models.author import Author, AuthorTranslation, Byline
from articles.models.correction import Correction
from articles.models.desk import Presence, ShareLink, TickRun
from articles.models.front_page import Breaking, Pin
from articles.models.image import Image, ImageKey, ImageTranslation
from articles.models.placement import Placement
from articles.models.reads import MostRead, Reads
from articles.models.redirect import OldAddress, Redirect
from articles.models.revision import Revision, Transition
from articles.models.search import Reindexing, SearchEntry
from articles.models.section import Section, SectionTranslation
from articles.models.sharing import SharePicture
from articles.models.site import Edition, MenuItem, RootFile
from articles.models.story import Story
from articles.models.topic import FormerTopicName, Topic, TopicTranslation
from articles.models.translation import TranslationSource

__all__ = [
    "Author",
    "AuthorTranslation",
    "Breaking",
    "Byline",
    "Correction",
    "Edition",
    "FormerTopicName",
    "Image",
    "ImageKey",
    "ImageTranslation",
    "MenuItem",
    "MostRead",
    "OldAddress",
    "Pin",
    "Placement",
    "Presence",
    "Reads",
    "Redirect",
    "Reindexing",
    "Revision",
    "RootFile",
    "SearchEntry",
    "Section",
    "SectionTranslation",
    "ShareLink",
    "SharePicture",
    "Story",
    "TickRun",
    "Topic",
    "TopicTranslation",
    "Transition",
    "TranslationSource",
]
