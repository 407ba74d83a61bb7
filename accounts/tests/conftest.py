import pytest

from audit import chain
from audit.models import Event


@pytest.fixture
def audit_events(db):
    """`audit_events(**filters)`: the audit log's events so far, the oldest first."""

    def read_events(**filters):
        chain.flush_pending()
        return list(Event.objects.filter(**filters).order_by("id"))

    return read_events
