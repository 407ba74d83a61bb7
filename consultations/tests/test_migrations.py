from importlib import import_module
from types import SimpleNamespace

from django.apps import apps
from django.db import connection


def test_figures_on_the_former_scale_are_forgotten(image):
    """Kept, they would call every photograph taken before the upgrade blurred."""
    forget = import_module("consultations.migrations.0006_forget_former_sharpness").forget
    type(image).objects.update(sharpness=0.02, exposure=0.01)
    forget(apps, SimpleNamespace(connection=connection))
    image.refresh_from_db()
    assert (image.sharpness, image.exposure, image.verdict) == (None, None, None)


def test_a_name_with_a_ligature_is_still_found(record):
    """Else a patient of before the upgrade could not be found any more."""
    write_out = import_module("consultations.migrations.0007_ligatures_in_search_keys").write_out
    record.full_name = "Lœtitia Cæsar"
    record.save()
    type(record).objects.update(search_key="lœtitia cæsar 20418")
    write_out(apps, SimpleNamespace(connection=connection))
    assert type(record).objects.search("Loetitia caes").get() == record
    assert type(record).objects.search("LŒTITIA").get() == record
