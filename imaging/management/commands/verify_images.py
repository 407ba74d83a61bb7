from typing import Any

from django.core.management.base import BaseCommand

from imaging import lifecycle


class Command(BaseCommand):
    help = "Hash every original again and compare with its SHA-256. Exit status 1 on a difference."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = wrong = 0
        for model in lifecycle.image_models():
            images = model._base_manager.all()
            rows += images.count()
            for image, problem in lifecycle.verify(images.iterator(chunk_size=500)):
                wrong += 1
                self.stdout.write(f"{problem}  {image._meta.label} {image.pk}")
        self.stdout.write(f"{rows} originals, {wrong} not as received.")
        if wrong:
            raise SystemExit(1)
