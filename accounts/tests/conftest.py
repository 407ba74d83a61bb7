import pytest

from audit import chain
from audit.models import Event


@pytest.fixture
def told(db):
    """`told(**narrowed)`: the audit log's events so far, the oldest first."""

    def events(**narrowed):
        chain.flush_pending()
        return list(Event.objects.filter(**narrowed).order_by("id"))

    return events
