import pytest

from accounts.models import User
from audit import chain
from audit.models import ChainHead, Event


@pytest.fixture
def superuser(db):
    return User.objects.create_superuser("root@example.org", "x", full_name="Root")


@pytest.fixture
def events(db):
    """`events()`: what the log has, the oldest first, since it was asked last."""
    seen = 0

    def told(**narrowed):
        nonlocal seen
        chain.flush_pending()
        found = list(Event.objects.filter(id__gt=seen, **narrowed).order_by("id"))
        seen = ChainHead.objects.get().last
        return found

    return told
