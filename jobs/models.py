"""What a row needs to be a job."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class JobQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """Queued or in progress: pages poll these."""
        return self.filter(status__in=Job.WAITING)

    def due(self) -> Self:
        """Those that a worker may claim now: queued, or in progress under an expired lease."""
        return self.waiting().filter(due_at__lte=Now())


class Job(models.Model):
    """A row whose status is its place in a queue (jobs.queue).

    `due_at` is when a worker may claim it: at once, after a pause, or when the current `lease`
    expires; null when there is nothing to do. `attempts` restart each time a person asks for the
    job. `error` is the app's own code.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        PROCESSING = "processing", _("In progress")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    WAITING = (Status.QUEUED, Status.PROCESSING)

    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.QUEUED, editable=False
    )
    error = models.CharField(_("error"), max_length=20, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    due_at = models.DateTimeField(_("due"), null=True, editable=False)
    lease = models.UUIDField(null=True, editable=False)
    processing_since = models.DateTimeField(_("in progress since"), null=True, editable=False)
    # The request that asked, for the worker's log lines. Nullable: SQLite adds such a column in
    # place.
    request_id = models.CharField(max_length=64, null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_waiting(self) -> bool:
        return self.status in self.WAITING

    @property
    def has_result(self) -> bool:
        """Whether an earlier run left a result, which a failure of this run must keep."""
        return False


JOB_CONSTRAINTS = [
    models.CheckConstraint(
        condition=Q(status__in=["queued", "processing"], due_at__isnull=False)
        | Q(status__in=["ready", "failed"], due_at__isnull=True),
        name="%(class)s_waiting_is_due",
    ),
    models.CheckConstraint(
        condition=Q(status="processing", lease__isnull=False)
        | (~Q(status="processing") & Q(lease__isnull=True)),
        name="%(class)s_lease_while_processing",
    ),
]
