"""Filed under the wrong visit: moved in one step, with hash and dates, and told on both sides."""

from datetime import date

import pytest
from django.db import connection

from audit.models import Event
from audit.reading import page
from consultations import access_history, bin, moving, services
from consultations.models import Consultation, ConsultationImage, Patient, Revision
from consultations.moving import move_images
from testing.cast import blobs, upload


@pytest.fixture
def elsewhere(doctor, other_patient):
    """A consultation of another patient, who has a login."""
    record = Patient.objects.create(
        full_name="Jean Petit", birth_date=date(2001, 5, 6), created_by=doctor, user=other_patient
    )
    return Consultation.objects.create(doctor=doctor, patient=record, date=date(2026, 11, 10))


def add(consultation, doctor, seed=1, **fields):
    made, _ = services.add_image(
        consultation=consultation, user=doctor, upload=upload(seed=seed), **fields
    )
    return made


def move(image, to, user):
    return move_images([image.pk], to=to.pk, user=user)


def test_what_is_moved_is_the_same(doctor, patient, other_patient, image, elsewhere, consultation):
    """Downloaded and uploaded again it would have another date, and nobody could say that it is the
    same; seen by the wrong patient it is a breach."""
    services.update_image(image, body_site="70559009", laterality="left", description="wing")
    services.update_image(image, description="left wing", user=doctor)
    before, stored = ConsultationImage.objects.get(), blobs()
    assert move(image, elsewhere, doctor) == {consultation.pk: [image.pk]}
    after = ConsultationImage.objects.get()
    changed = {"consultation", "patient", "consultation_date", "updated_at"}
    for field in ConsultationImage._meta.fields:
        same = getattr(before, field.attname) == getattr(after, field.attname)
        assert same == (field.name not in changed), field.name
    assert (after.patient_id, after.consultation_date) == (elsewhere.patient_id, elsewhere.date)
    assert blobs() == stored
    assert Revision.objects.about(after).count() == 1
    assert not ConsultationImage.objects.visible_to(patient).exists()
    assert ConsultationImage.objects.visible_to(other_patient).get() == after


def test_both_sides_are_true(doctor, image, elsewhere, consultation):
    services.update_image(image, is_primary=True)
    move(image, elsewhere, doctor)
    consultation.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (consultation.images_taken, elsewhere.images_taken) == (False, True)
    assert elsewhere.images.get().is_primary, "there was none"
    other = add(consultation, doctor, 2, is_primary=True)
    move(other, elsewhere, doctor)
    assert elsewhere.images.get(is_primary=True) == image, "there was one"


def test_two_primary_images_at_once(doctor, image, elsewhere, consultation):
    """The database allows one: the move would be refused as a fault of ours."""
    second = Consultation.objects.create(doctor=doctor, patient=consultation.patient)
    other = add(second, doctor, 2, is_primary=True)
    services.update_image(image, is_primary=True)
    moved = move_images([image.pk, other.pk], to=elsewhere.pk, user=doctor)
    assert moved == {consultation.pk: [image.pk], second.pk: [other.pk]}
    assert elsewhere.images.filter(is_primary=True).count() == 1


def test_the_same_file_is_there(doctor, image, elsewhere):
    twin, other = add(elsewhere, doctor), add(image.consultation, doctor, 2)
    with pytest.raises(bin.SameFileThere) as refused:
        move_images([other.pk, image.pk], to=elsewhere.pk, user=doctor)
    assert refused.value.image == twin.pk
    assert image.original_filename in refused.value.detail
    assert elsewhere.images.count() == 1, "all or none"


def test_the_same_file_twice_among_those_that_move(doctor, image, elsewhere, consultation):
    second = Consultation.objects.create(doctor=doctor, patient=consultation.patient)
    twin = add(second, doctor)
    with pytest.raises(bin.SameFileThere):
        move_images([image.pk, twin.pk], to=elsewhere.pk, user=doctor)


def test_a_twin_in_the_bin_is_in_nobodys_way(doctor, image, elsewhere):
    twin = add(elsewhere, doctor)
    bin.put_away_images(elsewhere.images.all())
    move(image, elsewhere, doctor)
    assert ConsultationImage.all_rows.in_bin_of(doctor).get() == twin


def test_a_day_before_the_birth(doctor, image, elsewhere):
    services.update_image(image, captured_on=date(1999, 1, 1))
    with pytest.raises(moving.BeforeBirth):
        move(image, elsewhere, doctor)


def test_only_within_ones_own(doctor, other_doctor, image, elsewhere, consultation, record):
    """Else a doctor could put pictures into a colleague's record, or take theirs."""
    theirs = Consultation.objects.create(doctor=other_doctor, patient=record)
    with pytest.raises(Consultation.DoesNotExist):
        move(image, theirs, doctor)
    with pytest.raises(ConsultationImage.DoesNotExist):
        move(image, theirs, other_doctor)
    with pytest.raises(ConsultationImage.DoesNotExist):
        move_images([image.pk, 999_999], to=elsewhere.pk, user=doctor)
    bin.put_away_images(ConsultationImage.objects.filter(pk=image.pk))
    with pytest.raises(ConsultationImage.DoesNotExist):
        move(image, elsewhere, doctor)
    assert not elsewhere.images.exists()
    assert not consultation.images.exists()


def test_where_it_is_already(doctor, image, consultation):
    assert move(image, consultation, doctor) == {}
    assert not Event.objects.filter(action__startswith="moved").exists()


@pytest.mark.django_db(transaction=True)
def test_told_on_both_sides(doctor, patient, other_patient, image, elsewhere, consultation):
    move(image, elsewhere, doctor)
    away, here = Event.objects.filter(action__startswith="moved").order_by("pk")
    assert (away.action, away.patient_id) == ("moved_away", consultation.patient_id)
    assert (here.action, here.patient_id) == ("moved_here", elsewhere.patient_id)
    for event in (away, here):
        assert event.key == str(image.pk)
        assert event.detail == {"from": consultation.pk, "to": elsewhere.pk}


@pytest.mark.django_db(transaction=True)
def test_who_saw_it_where(client, doctor, patient, other_patient, image, elsewhere, consultation):
    """Shown to the second patient, the first one's looks would tell who else is treated here; and
    lists of a consultation in which it was not yet did not show it."""

    def look(user, visit):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(f"/consultations/{visit.pk}/").status_code == 200

    look(other_patient, elsewhere)  # before it was there
    look(patient, consultation)
    move(image, elsewhere, doctor)
    look(patient, consultation)  # it is there no more
    look(other_patient, elsewhere)
    image = ConsultationImage.objects.get()

    def told(reader):
        events, _next = page(access_history.events_of(image, reader))
        return [(event.action, event.actor_id) for event in events[::-1]]

    listed = [("listed", patient.pk), ("listed", other_patient.pk)]
    moved = [("moved_away", None), ("moved_here", None)]
    assert told(doctor) == [("uploaded", None), listed[0], *moved, listed[1]]
    assert told(other_patient) == [moved[1], listed[1]]
    bin.put_away_images(ConsultationImage.objects.all())
    look(other_patient, elsewhere)  # it is in the bin
    bin.restore_images(ConsultationImage.all_rows.all())
    assert [action for action, _who in told(other_patient)].count("listed") == 1


@pytest.mark.skipif(
    not connection.features.has_select_for_update, reason="SQLite locks the whole database"
)
@pytest.mark.django_db(transaction=True)
def test_two_who_move_against_each_other(doctor, image, elsewhere, consultation):
    """Locked in the order of the request, each would wait for what the other holds."""
    import threading

    other = add(elsewhere, doctor, 2)
    errors = []

    def run(key, to):
        try:
            for _ in range(10):
                move_images([key], to=to[0], user=doctor)
                move_images([key], to=to[1], user=doctor)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    ways = [elsewhere.pk, consultation.pk]
    threads = [
        threading.Thread(target=run, args=arguments)
        for arguments in ((image.pk, ways), (other.pk, ways[::-1]))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert consultation.images.get() == image
    assert elsewhere.images.get() == other
