from functools import partial

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class ConsultationsConfig(AppConfig):
    name = "consultations"
    verbose_name = _("Consultations")

    def ready(self) -> None:
        from audit.models import Kind
        from audit.subjects import describe, record_erasure
        from core import navigation
        from imaging.lifecycle import REPAIRS
        from jobs import registry

        from . import access_history, bin, triggers
        from .models import ConsultationImage
        from .navigation import ENTRIES, SEARCH

        navigation.register(*ENTRIES)
        navigation.register_search(SEARCH)

        describe(Kind.CONSULTATION_IMAGE, access_history.images_named)
        describe(Kind.CONSULTATION, access_history.consultations_named)
        describe(Kind.PATIENT, access_history.patients_named)

        registry.sweeps.append(bin.purge)
        REPAIRS.append(partial(triggers.repair, ConsultationImage))

        pre_migrate.connect(triggers.before_migrate, sender=self)
        post_migrate.connect(triggers.after_migrate, sender=self)
        post_delete.connect(record_erasure, sender=ConsultationImage)
