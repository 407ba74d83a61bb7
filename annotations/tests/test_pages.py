"""What pages and a ZIP say of annotations, and to whom."""

import io
import json
import re
import zipfile

import pytest

from annotations import services, w3c
from annotations.models import Annotation, Category
from annotations.shapes import Kind, Shape
from consultations.models import Consultation

pytestmark = pytest.mark.alike
LINE = Shape(Kind.LINE, ((10, 20), (60, 20)))


def write(image, doctor, text, **more):
    content = w3c.Content(LINE, text, **more)
    return services.add_annotation(image=image.pk, user=doctor, content=content)


@pytest.fixture
def categories(db):
    """Two of those that a practice begins with: tests that empty tables take them away."""
    for code, name in (("margin", "Marge"), ("scar", "Cicatrice")):
        Category.objects.update_or_create(code=code, defaults={"name": name})


@pytest.fixture
def written(image, doctor, categories):
    """One that the patient sees, one that they do not, and one that was changed and deleted."""
    shared = write(image, doctor, "<i>Bord</i> flou", category="margin", shared=True)
    kept = write(image, doctor, "Suspect")
    gone = write(image, doctor, "Ancien")
    changed = w3c.Content(LINE, "Nouveau")
    services.change_annotation(annotation=gone, user=doctor, content=changed)
    services.delete_annotation(annotation=gone, user=doctor)
    return shared, kept, gone


@pytest.fixture
def sheet(image):
    return f"/consultations/images/{image.pk}/annotations/"


def fragment(client, url):
    answer = client.get(url, headers={"HX-Request": "true", "Accept-Language": "fr"})
    return answer.content.decode()


def test_list_beside_the_viewer_is_each_readers(page, doctor, patient, written, sheet):
    """A patient who reads a suspicion before it was explained cannot be told it any more."""
    shown = fragment(page(doctor), sheet)
    assert shown.count("data-annotation=") == 2
    assert "&lt;i&gt;Bord&lt;/i&gt; flou" in shown, "text, not HTML"
    assert "Marge" in shown
    assert "Ancien" not in shown
    assert shown.count('data-annotate-do="edit"') == 2
    theirs = fragment(page(patient), sheet)
    assert theirs.count("data-annotation=") == 1
    assert "Suspect" not in theirs
    assert 'data-annotate-do="edit"' not in theirs
    assert "<form" not in theirs
    assert page(doctor).get(sheet)["Location"].endswith("/#annotations")


def test_what_somebody_else_wrote_is_shared_and_not_changed(
    page, doctor, other_doctor, written, sheet
):
    Consultation.objects.update(doctor=other_doctor)
    shown = fragment(page(other_doctor), sheet)
    assert shown.count('data-annotate-do="share"') == 2
    assert 'data-annotate-do="edit"' not in shown
    assert 'data-annotate-do="delete"' not in shown


def test_categories_and_authors_are_offered_where_there_are_several(page, doctor, written, sheet):
    assert "data-filter" not in fragment(page(doctor), sheet)
    write(written[0].image, doctor, "", category="scar")
    shown = fragment(page(doctor), sheet)
    assert re.search(r'data-filter="category".*Marge.*Cicatrice', shown)


def test_images_page_has_all_as_text_and_for_its_doctor_what_it_was(
    page, doctor, patient, image, written
):
    url = f"/consultations/images/{image.pk}/"
    shown = page(doctor).get(url).content.decode()
    assert shown.index("Suspect") < shown.index("Annotations supprimées") < shown.index("Ancien")
    theirs = page(patient).get(url).content.decode()
    assert "&lt;i&gt;Bord&lt;/i&gt; flou" in theirs
    assert "Suspect" not in theirs
    assert "Ancien" not in theirs
    Annotation.objects.all().delete()
    assert "annotations-title" not in page(patient).get(url).content.decode()


def test_tile_says_whether_there_is_something_for_this_reader(
    page, doctor, patient, consultation, image
):
    """The viewer asks for annotations only where there are some."""
    url = f"/consultations/{consultation.pk}/"

    def marked(user):
        return "data-annotated" in page(user).get(url).content.decode()

    assert not marked(doctor)
    row = write(image, doctor, "x")
    assert (marked(doctor), marked(patient)) == (True, False)
    services.change_annotation(annotation=row, user=doctor, content=w3c.Content(LINE, shared=True))
    assert marked(patient)


def test_grid_costs_as_many_queries_with_annotations(
    page, doctor, consultation, image, count_queries
):
    client, url = page(doctor), f"/consultations/{consultation.pk}/"
    client.get(url)
    without = count_queries(lambda: client.get(url))
    for _ in range(3):
        write(image, doctor, "x")
    assert count_queries(lambda: client.get(url)) == without


def zipped(client, image):
    url = f"/api/v1/consultations/{image.consultation_id}/images/download-all"
    return zipfile.ZipFile(io.BytesIO(b"".join(client.get(url).streaming_content)))


def test_zip_has_them_beside_the_original(api, doctor, patient, image, written):
    found = zipped(api(doctor), image)
    names = ["001_IMG_4821.jpg", "001_IMG_4821.jpg.annotations.json", "manifest.csv"]
    assert found.namelist() == names
    own = f"/api/v1/consultations/images/{image.pk}/annotations"
    assert json.loads(found.read(names[1])) == api(doctor).get(own).json()
    (theirs,) = json.loads(zipped(api(patient), image).read(names[1]))["items"]
    assert theirs["body"][0]["value"] == "<i>Bord</i> flou"


def test_zip_is_as_it_was_where_nothing_is_written(api, doctor, patient, image):
    assert len(zipped(api(doctor), image).namelist()) == 2
    write(image, doctor, "x")
    assert len(zipped(api(patient), image).namelist()) == 2
