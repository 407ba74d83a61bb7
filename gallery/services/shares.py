"""Links to a cut-out: creating, opening and revoking them.

The token is in the link only; the database has its SHA-256. A link that does not open now, for
whatever reason, is answered like one that never existed: ShareNotFound, after the same query.
"""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.trail import ANONYMOUS, Action, record, record_all
from core.errors import ServiceError
from imaging import storage

from ..models import Share, UserImage
from ..models.shares import ShareQuerySet

LIFETIMES = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "7d": timedelta(days=7)}
LIFETIME_CHOICES = [("1h", _("1 hour")), ("1d", _("1 day")), ("7d", _("7 days"))]
MIN_PASSWORD, MAX_PASSWORD = 6, 128  # characters of a password
MAX_VIEWS = 10_000
LISTED_AFTER_DEATH = timedelta(days=30)  # how long a dead link stays in the list

TRIES = 5  # wrong passwords of one link before the first pause
PAUSE, MAX_PAUSE = 30, 3600  # seconds; doubled by each further wrong one

STATES = {
    "alive": _("Active"),
    "revoked": _("Revoked"),
    "expired": _("Expired"),
    "spent": _("View limit reached"),
}


class NotReady(ServiceError):
    """There is no cut-out to share yet."""

    code, status = "not_ready", 409
    detail = _("This image is not ready yet.")


class ShareNotFound(Exception):
    """Unknown, expired, revoked or used up: the answer does not reveal which."""


class WrongPassword(Exception):
    """A wrong password, or none."""


class PasswordThrottled(Exception):
    """Too many wrong passwords for this link; `seconds` until the next attempt."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(seconds)


@dataclass(frozen=True, slots=True)
class OpenedShare:
    """One view of a link: the link, and the query string that opens its image for a short time."""

    share: Share
    image_pass: str


def create_share(
    *,
    image: UserImage,
    lifetime: str,
    password: str = "",
    view_limit: int | None = None,
    with_original: bool = False,
) -> tuple[Share, str]:
    """Create a link to an image's cut-out, which shows the original beside it where asked to.
    Returns (share, token); the token is not stored.

    `lifetime` is a key of LIFETIMES. Raises NotReady.
    """
    if not UserImage.objects.filter(pk=image.pk).exclude(cutout="").exists():
        raise NotReady
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        share = Share.objects.create(
            image=image,
            token_hash=_token_hash(token),
            password=make_password(password) if password else "",
            view_limit=view_limit,
            with_original=with_original,
            expires_at=timezone.now() + LIFETIMES[lifetime],
        )
        detail = {"image": str(image.pk), "lifetime": lifetime, "limit": view_limit}
        if with_original:
            detail["original"] = True
        record(Action.SHARED, share, password=bool(password), **detail)
    return share, token


def revoke(shares: ShareQuerySet) -> int:
    """Revoke the links of a queryset that still work. Returns how many."""
    with transaction.atomic():
        still_open = shares.filter(revoked_at=None, expires_at__gt=Now()).order_by("pk")
        revoked = list(still_open.select_related("image").select_for_update(of=("self",)))
        keys = [share.pk for share in revoked]
        Share.objects.filter(pk__in=keys).update(revoked_at=timezone.now())
        record_all(Action.REVOKED, revoked)
    return len(revoked)


def revoke_all(user: User) -> int:
    """Revoke all links of a user, including those of images in the bin, which may be restored.
    Returns how many."""
    return revoke(Share.objects.filter(image__user_id=user.pk))


def find(token: str) -> Share:
    """The link, if it would open now. Raises ShareNotFound. Does not count as a view."""
    return _get_share(Share.objects.alive(), token)


def needs_confirmation(share: Share) -> bool:
    """Whether the page asks before it shows the image: where there is a password or a view limit. A
    program that fetches the link for a preview must not use it up."""
    return bool(share.password) or share.view_limit is not None


def open_share(token: str, password: str | None = None) -> OpenedShare:
    """Count a view of a link. Raises ShareNotFound, WrongPassword or PasswordThrottled.

    A limit of n gives exactly n views, also to concurrent requests: raising the count is the view.
    """
    share = find(token)
    if share.password:
        _check_password(share, password or "")
    openable = Share.objects.filter(pk=share.pk, revoked_at=None, expires_at__gt=Now()).unspent()
    with transaction.atomic():
        if not openable.update(
            views=F("views") + 1, last_used_at=timezone.now(), wrong_passwords=0, locked_until=None
        ):
            raise ShareNotFound
        # No actor, even if somebody is signed in: anybody who has the link can open it.
        record(Action.OPENED, share, actor=ANONYMOUS)
    return OpenedShare(share, storage.share_pass(share.pk, share.expires_at))


def stream_image(token: str, expires: str, signature: str) -> Iterator[bytes]:
    """The bytes of a link's cut-out (PNG), for whoever has just opened its page. Raises
    ShareNotFound where the link has died since; one that is used up still counts, because this
    view was counted."""
    share = _get_share(Share.objects.unexpired(), token)
    if not storage.share_pass_is_valid(share.pk, expires, signature):
        raise ShareNotFound
    try:
        return storage.stream("processed", str(share.image.cutout.name))
    except FileNotFoundError as error:
        raise ShareNotFound from error


def stream_original(token: str, expires: str, signature: str) -> Iterator[bytes]:
    """As `stream_image`, what a browser shows of the original (JPEG, without its metadata). Raises
    ShareNotFound also where the link does not show it."""
    share = _get_share(Share.objects.unexpired().filter(with_original=True), token)
    if not storage.share_pass_is_valid(share.pk, expires, signature):
        raise ShareNotFound
    try:
        return storage.stream("processed", str(share.image.display.name))
    except FileNotFoundError as error:
        raise ShareNotFound from error


def list_shares(user: User, moment: datetime | None = None) -> ShareQuerySet:
    """A user's links: open ones first (`living`), then those that died in the last
    LISTED_AFTER_DEATH. With `moment`, as of then."""
    moment = moment or timezone.now()
    alive = Share.objects.alive_at(moment).filter(pk=OuterRef("pk"))
    since = moment - LISTED_AFTER_DEATH
    recent = Q(revoked_at__gt=since) | Q(revoked_at=None, expires_at__gt=since)
    shares = Share.objects.visible_to(user).filter(recent).annotate(living=Exists(alive))
    return shares.select_related("image").order_by("-living", "-created_at", "-pk")


def state(share: Share) -> str:
    """The key in STATES."""
    if share.revoked_at:
        return "revoked"
    if share.expires_at <= timezone.now():
        return "expired"
    if share.view_limit is not None and share.views >= share.view_limit:
        return "spent"
    return "alive"


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _get_share(shares: ShareQuerySet, token: str) -> Share:
    share = shares.select_related("image").filter(token_hash=_token_hash(token)).first()
    if share is None:
        raise ShareNotFound
    return share


def _check_password(share: Share, password: str) -> None:
    """Raises WrongPassword; or, during a pause, PasswordThrottled without checking the password."""
    if not password:
        raise WrongPassword
    with transaction.atomic():
        row = Share.objects.select_for_update().filter(pk=share.pk).first()
        if row is None:
            raise ShareNotFound
        now = timezone.now()
        if row.locked_until and row.locked_until > now:
            raise PasswordThrottled(ceil((row.locked_until - now).total_seconds()))
        # Counted before it is checked, so that concurrent guesses count like successive ones.
        row.wrong_passwords += 1
        if (excess := row.wrong_passwords - TRIES) >= 0:
            pause = min(PAUSE * 2 ** min(excess, 20), MAX_PAUSE)
            row.locked_until = now + timedelta(seconds=pause)
        row.save(update_fields=["wrong_passwords", "locked_until"])
    if not check_password(password, share.password):
        record(Action.WRONG_PASSWORD, share, actor=ANONYMOUS)
        raise WrongPassword
