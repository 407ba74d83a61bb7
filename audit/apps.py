from django.apps import AppConfig
from django.contrib.auth import signals as auth
from django.db.models.signals import post_migrate, post_save, pre_migrate
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = _("Audit")

    def ready(self):
        from django.contrib.admin.models import LogEntry

        from . import signals, triggers

        pre_migrate.connect(triggers.before_migrate, sender=self)
        post_migrate.connect(triggers.after_migrate, sender=self)
        auth.user_logged_in.connect(signals.record_login)
        auth.user_logged_out.connect(signals.record_logout)
        auth.user_login_failed.connect(signals.record_failed_login)
        post_save.connect(signals.record_admin_change, sender=LogEntry)
