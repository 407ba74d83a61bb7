"""What a gallery's owner asks of it: how long does the room last, which images have no cut-out and
why, which take the room. From three queries; deleted images do not count."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Case, Count, IntegerField, Sum, Value, When
from django.utils import timezone

from accounts.models import User

from ..models import StorageQuota, UserImage

MONTHS = 12
EARLIER = -1  # stands for all months before those
PACE = 3  # months, this one included, whose uploads say how long the room lasts
LARGEST = 5  # images that are named


@dataclass(slots=True)
class Month:
    """Images added in one month and their bytes; `stored_bytes` is the total at its end."""

    first: date
    images: int = 0
    added_bytes: int = 0
    stored_bytes: int = 0


@dataclass(slots=True)
class Statistics:
    """`failures`: how many images have no cut-out, by code; `waiting`: how many will have one;
    `doubtful`: how many cut-outs have an edge of low certainty; `largest`: the images that take
    most of the room."""

    months: list[Month]
    quota: StorageQuota
    images: int
    failures: Counter[str]
    waiting: int
    doubtful: int
    largest: list[UserImage]

    @property
    def months_left(self) -> int | None:
        """For how many months the room lasts, whole ones, at the pace of the last PACE; None where
        nothing was added."""
        recent = self.months[-PACE:]
        added, count = sum(m.added_bytes for m in recent), sum(m.images for m in recent)
        if not count:
            return None
        bytes_left, images_left = self.quota.left
        return int(min(bytes_left * PACE / max(1, added), images_left * PACE / count))


def collect(user: User) -> Statistics:
    """The statistics of the images that a user has now."""
    months = [Month(first) for first in _months(timezone.localdate())]
    total = waiting = doubtful = earlier = 0
    failures: Counter[str] = Counter()
    for row in _rows(user, [month.first for month in months]):
        count = row["count"]
        total += count
        if row["status"] in UserImage.WAITING:
            waiting += count
        elif row["status"] == UserImage.Status.FAILED:
            failures[row["error"]] += count
        elif row["quality"] == UserImage.Quality.FAIR:
            doubtful += count
        if row["month"] == EARLIER:
            earlier += row["bytes"]
        else:
            months[row["month"]].images += count
            months[row["month"]].added_bytes += row["bytes"]
    stored = earlier
    for month in months:
        stored += month.added_bytes
        month.stored_bytes = stored
    largest = UserImage.objects.visible_to(user).order_by("-stored_bytes", "-created_at")
    quota = StorageQuota.objects.of(user.pk)
    return Statistics(months, quota, total, failures, waiting, doubtful, list(largest[:LARGEST]))


def _rows(user: User, firsts: list[date]) -> Iterable[Any]:
    """Images and bytes by month and outcome. Months are compared, not truncated: on SQLite
    TruncMonth calls Python for every row."""
    starts = [timezone.make_aware(datetime.combine(first, time())) for first in firsts]
    latest_first = reversed(list(enumerate(starts)))
    month = Case(
        *(When(created_at__gte=start, then=Value(number)) for number, start in latest_first),
        default=Value(EARLIER),
        output_field=IntegerField(),
    )
    grouped = UserImage.objects.visible_to(user).order_by().annotate(month=month)
    return grouped.values("month", "status", "error", "quality").annotate(
        count=Count("pk"), bytes=Sum("stored_bytes")
    )


def _months(today: date) -> list[date]:
    """The first days of the last MONTHS months, including this one, the oldest first."""
    this = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(this - MONTHS + 1, this + 1)]
