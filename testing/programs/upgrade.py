"""The data after an upgrade, and the output of every command that verifies it."""

from io import StringIO

from django.apps import apps
from django.core.management import call_command

from gallery.models import UserImage
from gallery.services import shares


def check(token):
    """Raises as the commands do when something is wrong; `token` is that of an old link."""
    return {
        "verify_images": command_output("verify_images"),
        "verify_audit": command_output("verify_audit"),
        "reconcile": command_output("reconcile", dry_run=True, older_than=0),
        "shared": shares.find(token).image.cutout.name,
        **rows(),
    }


def rows():
    """Row counts by model, and {image id: [cut-out, its thumbnail, whether it has a URL]}."""
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


def command_output(command, **options):
    output = StringIO()
    call_command(command, stdout=output, **options)
    return output.getvalue()
