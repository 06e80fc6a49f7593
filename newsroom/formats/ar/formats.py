from newsroom.formats.common import *  # noqa: F403  (Django reads names of this module)
