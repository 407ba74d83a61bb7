"""What there is after an upgrade, and whether everything that checks a record is content."""

from io import StringIO

from django.apps import apps
from django.core.management import call_command

from gallery.models import UserImage
from gallery.services import shares


def check(token):
    """Raises as the commands do where something is wrong; `token` is that of an older link."""
    return {
        "verify_images": _printed("verify_images"),
        "verify_audit": _printed("verify_audit"),
        "reconcile": _printed("reconcile", dry_run=True, older_than=0),
        "shared": shares.find(token).image.cutout.name,
        **rows(),
    }


def rows():
    """How many there are of each model, and {image: (cut-out, its thumbnail, is it shown)}."""
    models = ("consultations.ConsultationImage", "gallery.UserImage", "audit.Event")
    ready = UserImage.objects.filter(status="ready")
    return {
        "counts": {label: apps.get_model(label).objects.count() for label in models},
        "cutouts": {
            str(image.pk): [
                image.cutout.name,
                image.cutout_thumbnail.name,
                image.processed_url is not None,
            ]
            for image in ready
        },
    }


def _printed(command, **options):
    output = StringIO()
    call_command(command, stdout=output, **options)
    return output.getvalue()
