"""What somebody's gallery holds: numbers, in two questions to the database."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db.models import Case, Count, IntegerField, Sum, Value, When
from django.utils import timezone

from accounts.models import User

from ..models import StorageQuota, UserImage

MONTHS = 12
EARLIER = -1  # the month of what is older than that


@dataclass(slots=True)
class Month:
    """What was added in one month; `stored_bytes` is the sum of all up to its end."""

    first: date
    images: int = 0
    stored_bytes: int = 0
    qualities: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Statistics:
    months: list[Month]
    engines: Counter[str]
    quota: StorageQuota
    images: int  # of all times


def collect(user: User) -> Statistics:
    """Of the images that somebody has now; what was deleted is not counted any more."""
    months = [Month(first) for first in _months(timezone.localdate())]
    total = 0
    engines: Counter[str] = Counter()
    added: Counter[int] = Counter()
    for row in _rows(user, [month.first for month in months]):
        total += row["count"]
        added[row["month"]] += row["bytes"]
        if row["engine"]:
            engines[row["engine"]] += row["count"]
        if row["month"] != EARLIER:
            month = months[row["month"]]
            month.images += row["count"]
            if row["quality"]:
                month.qualities[row["quality"]] += row["count"]
    stored = added[EARLIER]
    for number, month in enumerate(months):
        stored += added[number]
        month.stored_bytes = stored
    return Statistics(months, engines, StorageQuota.objects.of(user.pk), total)


def _rows(user: User, firsts: list[date]) -> Iterable[Any]:
    """Images and bytes by month, engine and quality. By comparison, not by TruncMonth: that calls
    Python for every row on SQLite."""
    starts = [timezone.make_aware(datetime.combine(first, time())) for first in firsts]
    latest_first = reversed(list(enumerate(starts)))
    month = Case(
        *(When(created_at__gte=start, then=Value(number)) for number, start in latest_first),
        default=Value(EARLIER),
        output_field=IntegerField(),
    )
    grouped = UserImage.objects.visible_to(user).order_by().annotate(month=month)
    return grouped.values("month", "engine", "quality").annotate(
        count=Count("pk"), bytes=Sum("stored_bytes")
    )


def _months(today: date) -> list[date]:
    """The first days of the last MONTHS months, this one included, the oldest first."""
    this = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(this - MONTHS + 1, this + 1)]
