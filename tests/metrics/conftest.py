"""What the tests of metrics share."""

import pytest

from tests.metrics.story import Story


@pytest.fixture
def story() -> Story:
    """A fresh story about sprint 1 (board 7, closed, T0 to T1)."""
    return Story()
