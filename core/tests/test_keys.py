"""A key is exchanged. Lost would be what the former one has made: the proof of the audit log, every
second factor, the pages that are open."""

from io import StringIO

import pytest
from django.core.management import call_command

from accounts.second_factor import sealing
from accounts.second_factor.devices import Authenticator, RecoveryCodes
from audit import chain
from audit.models import ChainHead, Event
from audit.trail import Action, record
from core import cursors
from core.keys import keyring
from imaging import storage
from imaging.storage import signing

pytestmark = pytest.mark.django_db
OLD, NEW = "old" * 20, "new" * 20


@pytest.fixture
def exchange(settings):
    """`exchange(name)`: OLD is in use; then, when it is called, NEW with OLD among the former."""

    def begin(name):
        setattr(settings, name, OLD)

        def to_new(*, forget=False):
            setattr(settings, name, NEW)
            setattr(settings, f"{name}_FALLBACKS", [] if forget else [OLD])

        return to_new

    return begin


@pytest.mark.parametrize("name", ["AUDIT_KEY", "SECRET_KEY"])
def test_the_log_is_whole_across_an_exchange(exchange, name):
    to_new = exchange(name)
    head = ChainHead.objects.get()  # the log begins with the tests' own key
    ChainHead.objects.update(seal=chain.seal(head))
    record(Action.LOGIN, number=1)
    chain.flush_pending()
    to_new()
    record(Action.LOGIN, number=2)
    chain.flush_pending()
    assert len({event.key_id for event in Event.objects.all()}) == 2
    assert chain.verify()[1] is None
    to_new(forget=True)
    assert "key that is not known" in chain.verify()[1]


def test_events_that_name_no_key_may_be_of_any(exchange):
    """Those of before the upgrade."""
    to_new = exchange("AUDIT_KEY")
    record(Action.LOGIN)
    chain.flush_pending()
    event = Event.objects.get()
    event.key_id = None
    to_new()
    assert chain.has_valid_hash(event, {"a": NEW, "b": OLD})
    assert not chain.has_valid_hash(event, {"a": NEW})


def test_a_key_of_its_own_is_not_opened_by_another_purpose(settings):
    """Who has only SECRET_KEY must not be able to write events."""
    settings.AUDIT_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert keyring("AUDIT_KEY") == [NEW]


@pytest.mark.parametrize("name", ["SECOND_FACTOR_KEY", "SECRET_KEY"])
def test_a_second_factor_outlives_an_exchange(exchange, doctor, name):
    to_new = exchange(name)
    app = Authenticator.create_unconfirmed(doctor)
    secret = app.bin_key
    codes = RecoveryCodes.objects.create(user=doctor, name="codes").renew()
    to_new()
    assert Authenticator.objects.get().bin_key == secret
    assert RecoveryCodes.objects.get().verify_token(codes[0].replace("-", ""))
    assert not RecoveryCodes.objects.get().verify_token(codes[0].replace("-", "")), "good once"
    out = StringIO()
    call_command("reseal_second_factors", stdout=out)
    assert "1 sealed anew" in out.getvalue()
    to_new(forget=True)
    assert Authenticator.objects.get().bin_key == secret


def test_what_no_key_opens_is_told(exchange, doctor):
    to_new = exchange("SECOND_FACTOR_KEY")
    Authenticator.create_unconfirmed(doctor)
    to_new(forget=True)
    with pytest.raises(sealing.InvalidTag):
        assert Authenticator.objects.get().bin_key
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("reseal_second_factors", stdout=out)
    assert "LOST" in out.getvalue()


def test_an_open_page_goes_on(exchange):
    to_new = exchange("SECRET_KEY")
    cursor = cursors.Cursor(["pk"], [7], 2)
    sealed = cursors.seal(cursor, 1, "/list")
    signature = signing._signature("originals", "a.jpg", "9999999999", "")
    signed = ("originals", "a.jpg", "9999999999", "", signature)
    to_new()
    assert cursors.unseal(sealed, 1, "/list") == cursor
    assert storage.signed_path_is_valid(*signed)
    to_new(forget=True)
    with pytest.raises(cursors.InvalidCursorError):
        cursors.unseal(sealed, 1, "/list")
    assert not storage.signed_path_is_valid(*signed)
