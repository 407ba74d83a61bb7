"""The demo's lesions: what was photographed close up is followed from visit to visit."""

from collections import defaultdict
from datetime import timedelta

from consultations import lesions, services
from consultations.bodymap.places import middle_of
from consultations.models import Consultation, ConsultationImage

REVIEW = timedelta(days=28)
NUDGE = 0.006  # of the drawing: lesions of one site lie beside each other


def make(pictures, doctor):
    """Create a lesion of each that `pictures`, [(image, shot)], show, and give it its images."""
    shown = defaultdict(list)
    for image, shot in pictures:
        if shot.view != "overview":
            shown[image.patient_id, shot.lesion.seed, shot.site, shot.side].append(image)
    for number, ((_patient, _drawn, site, side), images) in enumerate(shown.items()):
        visit = Consultation.objects.get(pk=images[-1].consultation_id)
        watched = visit.status == Consultation.Status.FOLLOW_UP
        view, x, y = middle_of(site, side)
        made = lesions.create_lesion(
            patient=visit.patient,
            body_site=site,
            laterality=side,
            map_view=view,
            map_x=x + NUDGE * (number % 3 - 1),
            map_y=y + NUDGE * (number % 5 - 2),
            first_seen=min(image.consultation_date for image in images),
            next_review=visit.date + REVIEW if watched else None,
        )
        keys = [image.pk for image in images]
        services.edit_images(
            ConsultationImage.objects.filter(pk__in=keys), user=doctor, lesion=made
        )
