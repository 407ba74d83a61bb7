from typing import Any

from django.apps import AppConfig
from django.core.management import call_command
from django.db.models import Model
from django.db.models.signals import post_migrate, pre_save
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from core import navigation

        from .navigation import ENTRIES
        from .second_factor.rules import check_required_roles

        navigation.register(*ENTRIES)

        check_required_roles()
        pre_save.connect(discard_token_text, sender="token_blacklist.OutstandingToken")
        post_migrate.connect(create_cache_table, sender=self)


def discard_token_text(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    """A refresh token is recognised by its `jti` alone. Stored whole, as its library does, it could
    be used by anybody who reads the table or a backup of it."""
    instance.token = ""


def create_cache_table(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Create the table in which logins, uploads and links are counted, unless it exists or another
    cache is configured."""
    call_command("createcachetable", database=using, verbosity=0)
