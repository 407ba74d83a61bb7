from django import template

from ..models import Consultation
from ..models.access import Viewer

register = template.Library()


@register.filter
def diagnosis_for(consultation: Consultation, user: Viewer) -> str:
    """The diagnosis as `user` sees it."""
    return consultation.diagnosis_for(user)
