"""The codes are those of the standards, so that exports name the right site."""

import pytest
from pydicom.sr.codedict import codes

from consultations.models import Consultation, ConsultationImage, Patient
from consultations.vocabulary import (
    BODY_SITE_GROUPS,
    BODY_SITES,
    ISIC_IMAGE_TYPE,
    ImageType,
    Laterality,
    body_site_choices,
)

CID_4029 = {
    (code.scheme_designator, code.value): code.meaning
    for code in (getattr(codes.cid4029, name) for name in codes.cid4029.dir())
}


@pytest.mark.parametrize("site", BODY_SITES.values(), ids=lambda site: site.meaning)
def test_body_site_is_in_dicom_cid_4029(site):
    assert CID_4029[site.scheme, site.code] == site.meaning


def test_lateralities_are_in_dicom_cid_244():
    for side in Laterality:
        assert getattr(codes.cid244, side.value.title()).value == side.snomed_code


def test_body_sites_are_unique():
    sites = [site for _, group in BODY_SITE_GROUPS for site in group]
    assert len(sites) == len(BODY_SITES)
    assert len({str(site.label) for site in sites}) == len(sites)


def test_every_type_has_its_isic_name():
    assert set(ISIC_IMAGE_TYPE) == set(ImageType)


def test_body_site_menu_has_five_groups():
    assert [len(options) for _, options in body_site_choices()] == [19, 9, 13, 15, 5]


@pytest.mark.parametrize(
    ("site", "side", "location", "label"),
    [
        ("70559009", "left", "face interne", "Forearm, front, left"),
        ("113179006", "", "", "Nose"),
        ("", "left", "pli du coude", "pli du coude"),
        ("", "", "", ""),
    ],
)
def test_site_label_combines_site_and_side(site, side, location, label):
    image = ConsultationImage(body_site=site, laterality=side, body_location=location)
    from django.utils import translation

    with translation.override("en"):
        assert image.site_label == label


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Marie Lefèvre", "ML"), ("Cher", "C"), ("Jean-Luc de la Tour", "JT"), ("", "")],
)
def test_initials_of_names(name, initials):
    assert Patient(full_name=name).initials == initials


@pytest.mark.django_db
def test_deleting_a_patient_with_consultations_is_refused(record, consultation):
    from django.db.models import ProtectedError

    with pytest.raises(ProtectedError):
        record.delete()
    assert Consultation.objects.exists()
