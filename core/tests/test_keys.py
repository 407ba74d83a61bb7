"""Key rotation: the audit log, second factors and open pages of the old key stay valid."""

from io import StringIO
from urllib.parse import parse_qs, urlsplit

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
def rotate_key(settings):
    """`rotate_key(name)`: use OLD; its result, called, uses NEW with OLD as fallback."""

    def use_old_key(name):
        setattr(settings, name, OLD)

        def use_new_key(*, forget=False):
            setattr(settings, name, NEW)
            setattr(settings, f"{name}_FALLBACKS", [] if forget else [OLD])

        return use_new_key

    return use_old_key


@pytest.mark.parametrize("name", ["AUDIT_KEY", "SECRET_KEY"])
def test_audit_log_verifies_after_a_key_rotation(rotate_key, name):
    use_new_key = rotate_key(name)
    head = ChainHead.objects.get()  # it was sealed with the tests' key
    ChainHead.objects.update(seal=chain.seal(head))
    record(Action.LOGIN, number=1)
    chain.flush_pending()
    use_new_key()
    record(Action.LOGIN, number=2)
    chain.flush_pending()
    assert len({event.key_id for event in Event.objects.all()}) == 2
    assert chain.verify()[1] is None
    use_new_key(forget=True)
    assert "key that is not known" in chain.verify()[1]


def test_events_without_a_key_id_verify_with_any_known_key(rotate_key):
    """Events from before keys had ids."""
    use_new_key = rotate_key("AUDIT_KEY")
    record(Action.LOGIN)
    chain.flush_pending()
    event = Event.objects.get()
    event.key_id = None
    use_new_key()
    assert chain.has_valid_hash(event, {"a": NEW, "b": OLD})
    assert not chain.has_valid_hash(event, {"a": NEW})


def test_dedicated_key_ignores_secret_key_fallbacks(settings):
    """Knowing SECRET_KEY must not be enough to forge events."""
    settings.AUDIT_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert keyring("AUDIT_KEY") == [NEW]


@pytest.mark.parametrize("name", ["SECOND_FACTOR_KEY", "SECRET_KEY"])
def test_second_factor_works_after_a_key_rotation(rotate_key, doctor, name):
    use_new_key = rotate_key(name)
    app = Authenticator.create_unconfirmed(doctor)
    secret = app.bin_key
    codes = RecoveryCodes.objects.create(user=doctor, name="codes").renew()
    use_new_key()
    assert Authenticator.objects.get().bin_key == secret
    assert RecoveryCodes.objects.get().verify_token(codes[0].replace("-", ""))
    assert not RecoveryCodes.objects.get().verify_token(codes[0].replace("-", "")), (
        "a code works once"
    )
    out = StringIO()
    call_command("reseal_second_factors", stdout=out)
    assert "1 sealed anew" in out.getvalue()
    use_new_key(forget=True)
    assert Authenticator.objects.get().bin_key == secret


def test_reseal_reports_secrets_that_no_key_opens(rotate_key, doctor):
    use_new_key = rotate_key("SECOND_FACTOR_KEY")
    Authenticator.create_unconfirmed(doctor)
    use_new_key(forget=True)
    with pytest.raises(sealing.InvalidTag):
        assert Authenticator.objects.get().bin_key
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("reseal_second_factors", stdout=out)
    assert "LOST" in out.getvalue()


def test_cursors_and_signed_urls_survive_a_key_rotation(rotate_key):
    use_new_key = rotate_key("SECRET_KEY")
    cursor = cursors.Cursor(["pk"], [7], 2)
    sealed = cursors.seal(cursor, 1, "/list")
    query = parse_qs(urlsplit(signing.path_signer("originals")("a.jpg")).query)
    signed = ("originals", "a.jpg", query["e"][0], "", query["s"][0])
    use_new_key()
    assert cursors.unseal(sealed, 1, "/list") == cursor
    assert storage.signed_path_is_valid(*signed)
    use_new_key(forget=True)
    with pytest.raises(cursors.InvalidCursorError):
        cursors.unseal(sealed, 1, "/list")
    assert not storage.signed_path_is_valid(*signed)
