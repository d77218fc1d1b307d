"""What tests of the service without a server share."""

import pytest

from textkin_service.engine import Engine, Work
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme
from textkin_service.store import SqliteStore


@pytest.fixture
def engine(tmp_path):
    """An engine over an empty store, which has read it."""
    settings = Settings(data=tmp_path)
    made = Engine(SqliteStore(tmp_path, Scheme.of(settings).id), settings)
    made.load(Work())
    yield made
    made.close()
