"""The demo's gallery: photographs of the demo record, waiting for the worker that comes with it."""

from accounts.models import User
from consultations.models import ConsultationImage
from gallery.models import UserImage
from gallery.services import transfer
from gallery.services.images import edit_images

# What the doctor took over, by type of image: title, tags, favourite.
TAKEN = (
    ("dermoscopy", "Nævus, dermoscopie", ("suivi", "dermoscopie"), True),
    ("dermoscopy", "Lésion à revoir", ("dermoscopie", "staff"), False),
    ("dermoscopy", "", ("dermoscopie",), False),
    ("overview", "Vue d’ensemble", ("cours",), False),
)


def make():
    """Fill the doctor's gallery; `tools.demo.record.make` went before."""
    doctor = User.objects.get(email="doctor@demo.example")
    taken = set()
    for image_type, title, tags, favorite in TAKEN:
        images = ConsultationImage.objects.filter(doctor=doctor, image_type=image_type)
        image = images.exclude(pk__in=taken).order_by("pk").first()
        if image is None:
            continue
        taken.add(image.pk)
        copy, _created = transfer.copy_from_consultation(image=image, user=doctor)
        mine = UserImage.objects.filter(pk=copy.pk)
        edit_images(mine, title=title, tag_names=tags, favorite=favorite)
