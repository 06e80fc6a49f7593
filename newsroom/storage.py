"""Static files under hashed names, compressed beforehand."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed names inside JavaScript modules too.

    Without the switch a hashed module imports its neighbours by their plain names, which
    are served without far-future caching and may be another release's files.
    """

    support_js_module_import_aggregation = True
