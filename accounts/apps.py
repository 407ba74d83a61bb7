from django.apps import AppConfig
from django.core.management import call_command
from django.db.models.signals import post_migrate, pre_save
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self):
        from core import navigation

        from .navigation import ENTRIES
        from .second_factor.rules import check_required_roles

        navigation.register(*ENTRIES)

        check_required_roles()
        pre_save.connect(discard_token_text, sender="token_blacklist.OutstandingToken")
        post_migrate.connect(make_cache_table, sender=self)


def discard_token_text(sender, instance, **kwargs):
    """A refresh token is known again by its `jti` alone. Kept whole, as its library does, it would
    be everybody's who reads the table or a backup of it."""
    instance.token = ""


def make_cache_table(sender, using, **kwargs):
    """The table that logins, uploads and links are counted in. Where another cache is configured,
    or it is there, nothing happens."""
    call_command("createcachetable", database=using, verbosity=0)
