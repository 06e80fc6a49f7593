"""Where a test's backups lie."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_ledger(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.ERASURE_LEDGER = tmp_path / "erasures.jsonl"


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "backups"
