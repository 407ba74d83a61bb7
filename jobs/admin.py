"""The tasks of the queue, named and dated for people; the package's own page is in English."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_tasks_db.admin import DBTaskResultAdmin
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from core.admin import ColumnFilter

STATUSES: dict[str, str | Promise] = {
    str(TaskResultStatus.READY): _("Waiting"),
    str(TaskResultStatus.RUNNING): _("In progress"),
    str(TaskResultStatus.FAILED): _("Failed"),
    str(TaskResultStatus.SUCCESSFUL): _("Done"),
}

admin.site.unregister(DBTaskResult)


class StatusFilter(ColumnFilter):
    title, parameter_name, column = _("status"), "status", "status"

    def labels(self) -> Iterable[tuple[Any, Any]]:
        return STATUSES.items()


@admin.register(DBTaskResult)
class TaskAdmin(DBTaskResultAdmin):
    """Read-only."""

    list_display = ("what", "state", "queued", "begun", "ended")  # type: ignore[assignment]
    list_filter = (StatusFilter,)  # type: ignore[assignment]
    date_hierarchy = "enqueued_at"

    @admin.display(description=_("task"), ordering="task_path")
    def what(self, task: DBTaskResult) -> str:
        return task.task_name

    @admin.display(description=_("status"), ordering="status")
    def state(self, task: DBTaskResult) -> Any:
        return STATUSES.get(task.status, task.status)

    @admin.display(description=_("waiting since"), ordering="enqueued_at")
    def queued(self, task: DBTaskResult) -> Any:
        return task.enqueued_at

    @admin.display(description=_("begun"), ordering="started_at")
    def begun(self, task: DBTaskResult) -> Any:
        return task.started_at

    @admin.display(description=_("ended"), ordering="finished_at")
    def ended(self, task: DBTaskResult) -> Any:
        return task.finished_at
