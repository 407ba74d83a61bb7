"""The lists of the API, functions that create rows of each, and the walk through a list."""

from datetime import timedelta

from django.utils import timezone

from consultations.models import Comparison, Consultation, ConsultationImage, Lesion, Patient
from gallery.models import Share, UserImage
from gallery.services import tags as tag_service
from imaging import storage

ROWS, SIZE = 11, 2


def patients(world, n):
    # Several of the same name, and names with non-ASCII letters.
    name = f"{'Élodie Łukasik' if n % 2 else 'Zoë Nævus'} {n // 3}"
    return Patient.objects.create(full_name=name, created_by=world.doctor)


def consultations(world, n):
    day = world.consultation.date - timedelta(days=n // 3)
    return Consultation.objects.create(doctor=world.doctor, patient=world.record, date=day)


def images(world, n):
    copy = ConsultationImage.objects.get(pk=world.image.pk)
    copy.pk, copy._state.adding = None, True
    copy.save()
    return set_created_at(copy, n)


def lesions(world, n):
    return Lesion.objects.create(patient=world.record, label=str(storage.new_id())[-12:])


def images_of_a_lesion(world, n):
    image = images(world, n)
    image.lesion = world.lesion
    image.save(update_fields=["lesion"])
    return image


def comparisons(world, n):
    fields = {"patient": world.record, "doctor": world.doctor, "name": f"Forearm {n}"}
    return set_created_at(Comparison.objects.create(**fields), n)


def binned(world, n):
    image = images(world, n)
    image.deleted_at = timezone.now() - timedelta(minutes=n // 3)
    image.save(update_fields=["deleted_at"])
    return image


def gallery(world, n):
    copy = UserImage.objects.get(pk=world.user_image.pk)
    copy.pk, copy._state.adding = storage.new_id(), True
    copy.save()
    copy = set_created_at(copy, n)
    tag_service.add([copy], ["suivi"])
    return copy


def links(world, n):
    share = Share.objects.create(
        image=world.user_image,
        token_hash=str(storage.new_id()),
        expires_at=timezone.now() + timedelta(days=1),
    )
    return set_created_at(share, n)


def set_created_at(row, n):
    """Groups of three have the same timestamp."""
    row.created_at = timezone.now() - timedelta(minutes=n // 3)
    row.save(update_fields=["created_at"])
    return row


LISTS = {
    "patients": (patients, "/api/v1/patients"),
    "patients found": (patients, "/api/v1/patients?q=o"),
    "consultations": (consultations, "/api/v1/consultations"),
    "of a patient": (consultations, "/api/v1/consultations?patient={record.pk}"),
    "images": (images, "/api/v1/consultations/{consultation.pk}/images"),
    "lesions": (lesions, "/api/v1/patients/{record.pk}/lesions"),
    "images of a lesion": (images_of_a_lesion, "/api/v1/lesions/{lesion.pk}/images"),
    "comparisons": (comparisons, "/api/v1/patients/{record.pk}/comparisons"),
    "bin": (binned, "/api/v1/consultations/images/bin"),
    "gallery": (gallery, "/api/v1/gallery"),
    "oldest first": (gallery, "/api/v1/gallery?ordering=created_at"),
    "tagged": (gallery, "/api/v1/gallery?tag=suivi&q=dos"),
    "links": (links, "/api/v1/shares"),
    "links of one": (links, "/api/v1/images/{user_image.pk}/shares"),
}


def rows(body):
    (key,) = set(body) - {"total", "page", "page_size", "next", "previous"}
    return [str(row["id"]) for row in body[key]]


def with_page_size(path, size=SIZE):
    return f"{path}{'&' if '?' in path else '?'}page_size={size}"


def walk(client, path, between=lambda ids: None):
    """Every id, by following `next`; `between(ids so far)` is called after each page."""
    ids, numbers, url = [], [], with_page_size(path)
    while url:
        response = client.get(url)
        assert response.status_code == 200, response.json()
        body = response.json()
        assert len(rows(body)) <= SIZE
        ids += rows(body)
        numbers.append(body["page"])
        url = body["next"]
        between(ids)
    assert numbers == list(range(1, len(numbers) + 1))
    return ids


def next_of(client, path):
    return client.get(with_page_size(path)).json()["next"]


def is_refused(response):
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert (error["code"], error["attr"]) == ("invalid_cursor", "cursor")
    return True
