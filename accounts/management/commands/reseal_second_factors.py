from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.second_factor import sealing
from accounts.second_factor.devices import Authenticator


class Command(BaseCommand):
    help = (
        "Seal the secrets of authenticator apps with SECOND_FACTOR_KEY, after it was exchanged. "
        "Exit status 1 when one opens with none of the keys. Again is fine."
    )

    def handle(self, **options: Any) -> None:
        sealed, lost = 0, []
        for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
            with transaction.atomic():
                app = Authenticator.objects.select_for_update().filter(pk=pk).first()
                if app is None:  # removed meanwhile
                    continue
                try:
                    key = sealing.seal(app.bin_key, app.user_id)
                except sealing.InvalidTag:
                    lost.append(app.user_id)
                    continue
                if key != app.key:
                    app.key = key
                    app.save(update_fields=["key"])
                    sealed += 1
        self.stdout.write(f"{sealed} sealed anew.")
        for user_id in lost:
            self.stdout.write(f"LOST  the app of account {user_id}: no key opens it")
        if lost:
            raise SystemExit(1)
