"""What is true of a lesion and its images, whoever writes them: a service or SQL by hand."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from audit import chain
from audit.models import Event
from consultations import bin, lesions, services
from consultations.models import Consultation, ConsultationImage, Lesion, Patient, Revision
from consultations.moving import move_images
from testing.cast import upload

FOREARM, NOSE = "70559009", "113179006"


@pytest.fixture
def stranger_lesion(doctor):
    """A lesion of another patient of the same doctor."""
    other = Patient.objects.create(full_name="Jean Petit", created_by=doctor)
    return Lesion.objects.create(patient=other, label="L7", body_site=NOSE)


@pytest.fixture
def elsewhere(doctor, stranger_lesion):
    """A visit of that patient."""
    return Consultation.objects.create(doctor=doctor, patient=stranger_lesion.patient)


@pytest.fixture
def pictured(image, lesion):
    """The image, which shows the lesion."""
    return services.update_image(image, lesion=lesion)


def refused(constraint, **values):
    """Does the database refuse this of every image, and name its rule?"""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ConsultationImage.all_rows.update(**values)
    return True


def test_an_image_without_a_site_takes_its_lesion_s(image, lesion):
    changed = services.update_image(image, lesion=lesion)
    assert (changed.body_site, changed.laterality) == (FOREARM, "left")
    changed = services.update_image(changed, lesion=None)
    assert (changed.lesion, changed.body_site) == (None, FOREARM)


def test_an_image_with_a_site_keeps_it(image, lesion):
    """An overview of the back also shows a lesion elsewhere."""
    services.update_image(image, body_site=NOSE)
    changed = services.update_image(image, lesion=lesion)
    assert (changed.body_site, changed.laterality) == (NOSE, "")


def test_services_refuse_another_patient_s_lesion(image, stranger_lesion):
    with pytest.raises(lesions.LesionOfAnotherPatient):
        services.update_image(image, lesion=stranger_lesion)
    with pytest.raises(lesions.LesionOfAnotherPatient):
        services.edit_images(ConsultationImage.objects.all(), user=None, lesion=stranger_lesion)
    image.lesion = stranger_lesion
    with pytest.raises(ValidationError) as refusal:
        image.full_clean()
    assert refusal.value.error_dict["lesion"][0].code == "lesion_of_another_patient"


def test_services_refuse_the_other_side(image, lesion):
    services.update_image(image, body_site=FOREARM, laterality="right")
    with pytest.raises(lesions.LesionOnOtherSide) as refusal:
        services.update_image(image, lesion=lesion)
    assert refusal.value.attr == "lesion"
    services.update_image(image, laterality="left", lesion=lesion)
    with pytest.raises(lesions.LesionOnOtherSide) as refusal:
        services.update_image(image, laterality="right")
    assert refusal.value.attr == "laterality"
    with pytest.raises(lesions.LesionOnOtherSide):
        services.edit_images(ConsultationImage.objects.all(), user=None, laterality="right")
    with pytest.raises(lesions.ImagesOnOtherSide):
        lesions.update_lesion(lesion, user=None, laterality="right")
    assert Lesion.objects.get().laterality == "left"


def test_images_in_the_bin_have_their_side_too(pictured, lesion):
    """Restored, one would be of the other side."""
    bin.put_away_images(ConsultationImage.objects.all())
    with pytest.raises(lesions.ImagesOnOtherSide):
        lesions.update_lesion(lesion, user=None, laterality="right")
    assert lesion.images_on_other_side("right") == 1
    with pytest.raises(IntegrityError, match="lesion_side_of_its_images"), transaction.atomic():
        Lesion.objects.update(laterality="right")


def test_the_database_refuses_what_services_would(pictured, lesion, stranger_lesion):
    """SQL by hand, the admin and an old program are held to it, too."""
    assert refused("image_lesion_of_its_patient", lesion=stranger_lesion)
    assert refused("image_lesion_of_its_side", laterality="right")
    with pytest.raises(IntegrityError, match="lesion_side_of_its_images"), transaction.atomic():
        Lesion.objects.filter(pk=lesion.pk).update(laterality="right")
    with pytest.raises(IntegrityError, match="lesion_stays_with"), transaction.atomic():
        Lesion.objects.filter(pk=lesion.pk).update(patient=stranger_lesion.patient)
    ConsultationImage.objects.update(laterality="bilateral")  # shows both


def test_the_database_refuses_them_of_new_images(pictured, stranger_lesion):
    for constraint, values in (
        ("image_lesion_of_its_patient", {"lesion": stranger_lesion}),
        ("image_lesion_of_its_side", {"laterality": "right"}),
    ):
        row = ConsultationImage.objects.get()
        row.pk, row._state.adding, row.is_primary = None, True, False
        for name, value in values.items():
            setattr(row, name, value)
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            row.save()


def test_with_another_patient_an_image_has_no_lesion(pictured, lesion, elsewhere, doctor):
    """It would show somebody else's. The audit log knows which it was."""
    move_images([pictured.pk], to=elsewhere.pk, user=doctor)
    assert ConsultationImage.objects.get().lesion is None
    chain.flush_pending()
    away = Event.objects.get(action="moved_away")
    way = {"from": pictured.consultation_id, "to": elsewhere.pk}
    assert away.detail == way | {"lesion": lesion.pk}
    assert "lesion" not in Event.objects.get(action="moved_here").detail, "another patient's record"


def test_a_consultation_given_to_another_patient_leaves_the_lesion(
    pictured, consultation, stranger_lesion
):
    Consultation.objects.filter(pk=consultation.pk).update(patient=stranger_lesion.patient)
    moved = ConsultationImage.objects.get()
    assert (moved.patient_id, moved.lesion_id) == (stranger_lesion.patient_id, None)


def test_moved_to_another_visit_of_the_patient_it_keeps_its_lesion(
    pictured, lesion, doctor, record
):
    later = Consultation.objects.create(doctor=doctor, patient=record)
    move_images([pictured.pk], to=later.pk, user=doctor)
    assert ConsultationImage.objects.get().lesion == lesion
    chain.flush_pending()
    assert "lesion" not in Event.objects.get(action="moved_away").detail


def test_a_deleted_lesion_leaves_its_images(pictured, lesion, consultation, doctor):
    second, _ = services.add_image(
        consultation=consultation, user=doctor, upload=upload(seed=3), lesion=lesion
    )
    assert (second.body_site, second.laterality) == (FOREARM, "left")
    bin.put_away_images(ConsultationImage.objects.filter(pk=second.pk))
    lesions.delete_lesion(lesion)
    assert set(ConsultationImage.all_rows.values_list("lesion", flat=True)) == {None}
    chain.flush_pending()
    assert Event.objects.get(action="deleted", kind="lesion").detail == {"images": 2}
    with pytest.raises(lesions.LesionGone):
        services.update_image(pictured, lesion=lesion)


def test_labels_count_on_and_are_used_once(record, lesion, stranger_lesion):
    assert lesions.create_lesion(patient=record, body_site=NOSE).label == "L2"
    Lesion.objects.filter(label="L2").update(label="L10")
    Lesion.objects.filter(pk=lesion.pk).update(label="naevus 3")
    assert lesions.next_label(record) == "L11", "the highest, not the number of them"
    assert lesions.next_label(stranger_lesion.patient) == "L8"
    with pytest.raises(lesions.LabelTaken):
        lesions.create_lesion(patient=record, label="naevus 3")
    with pytest.raises(lesions.LabelTaken):
        lesions.update_lesion(lesion, user=None, label="L10")


def test_a_point_is_whole_or_not_there(lesion):
    for constraint, values in (
        ("lesion_point_all_or_none", {"map_view": "front"}),
        ("lesion_point_all_or_none", {"map_x": 0.5, "map_y": 0.5}),
        ("lesion_point_in_drawing", {"map_view": "front", "map_x": 1.5, "map_y": 0.5}),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Lesion.objects.update(**values)
    Lesion.objects.update(map_view="front", map_x=0.5, map_y=1)


def test_what_it_said_before_is_kept(lesion, doctor):
    lesions.update_lesion(lesion, user=doctor, status="excised", notes="removed")
    former = Revision.objects.about(lesion).get()
    assert former.former == {"status": "watched", "notes": "for doctors"}
    assert former.changed_by == doctor


def test_an_image_s_former_lesion_is_kept_by_its_key(pictured, lesion):
    services.update_image(pictured, lesion=None)
    assert Revision.objects.about(pictured).first().former == {"lesion": str(lesion.pk)}


def test_more_images_ask_no_more_of_the_database(pictured, lesion, doctor, count_queries):
    for seed in (2, 3):
        services.add_image(
            consultation=pictured.consultation, user=doctor, upload=upload(seed=seed)
        )
    second = Lesion.objects.create(patient=lesion.patient, label="L2")
    rows = ConsultationImage.objects.all()

    def give(images, to):
        return count_queries(lambda: services.edit_images(images, user=doctor, lesion=to))

    assert give(rows, second) == give(rows.filter(pk=pictured.pk), lesion)
