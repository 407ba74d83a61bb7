import pytest

from accounts.models import User
from audit import chain
from audit.models import ChainHead, Event


@pytest.fixture
def superuser(db):
    return User.objects.create_superuser("root@example.org", "x", full_name="Root")


@pytest.fixture
def events(db):
    """`events(**filters)`: the events logged since the previous call, the oldest first."""
    last_read = 0

    def new_events(**filters):
        nonlocal last_read
        chain.flush_pending()
        new = list(Event.objects.filter(id__gt=last_read, **filters).order_by("id"))
        last_read = ChainHead.objects.get().last
        return new

    return new_events
