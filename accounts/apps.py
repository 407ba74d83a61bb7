from django.apps import AppConfig
from django.core.management import call_command
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self):
        from .second_factor.rules import refuse_unknown_words

        refuse_unknown_words()
        post_migrate.connect(make_cache_table, sender=self)


def make_cache_table(sender, using, **kwargs):
    """The table that logins, uploads and links are counted in. Where another cache is configured,
    or it is there, nothing happens."""
    call_command("createcachetable", database=using, verbosity=0)
