from typing import Any

from django import template

from ..staff_tasks import StaffTask, tasks_for

register = template.Library()


@register.simple_tag
def staff_tasks(user: Any) -> list[StaffTask]:
    """What needs doing (core.staff_tasks)."""
    return tasks_for(user)
