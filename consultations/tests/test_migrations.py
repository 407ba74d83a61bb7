from datetime import UTC, date, datetime
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from consultations.dating import timeline_key_of

ADDED = datetime(2026, 6, 30, 9, tzinfo=UTC)


def test_migration_clears_quality_figures_of_the_old_scale(image):
    """Otherwise every photograph from before the upgrade would be shown as blurred."""
    forget = import_module("consultations.migrations.0006_forget_former_sharpness").forget
    type(image).objects.update(sharpness=0.02, exposure=0.01)
    forget(apps, SimpleNamespace(connection=connection))
    image.refresh_from_db()
    assert (image.sharpness, image.exposure, image.verdict) == (None, None, None)


def test_migration_expands_ligatures_in_search_keys(record):
    """Otherwise existing patients could not be found after the upgrade."""
    write_out = import_module("consultations.migrations.0007_ligatures_in_search_keys").write_out
    record.full_name = "Lœtitia Cæsar"
    record.save()
    type(record).objects.update(search_key="lœtitia cæsar 20418")
    write_out(apps, SimpleNamespace(connection=connection))
    assert type(record).objects.search("Loetitia caes").get() == record
    assert type(record).objects.search("LŒTITIA").get() == record


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"captured_on": date(1999, 1, 2)},
        {"captured_on": date(2019, 5, 5), "captured_at": datetime(2019, 5, 4, 22, 30, tzinfo=UTC)},
        {"captured_at": datetime(2019, 5, 4, 22, 30, tzinfo=UTC)},
        {"captured_at": datetime(2019, 5, 4, 3, 30, tzinfo=UTC), "captured_offset": -480},
        {"captured_at": datetime(2031, 1, 1, tzinfo=UTC)},
    ],
)
def test_migration_fills_timeline_keys(image, stored):
    """Otherwise every existing image would be ordered by the date of the upgrade."""
    fill = import_module("consultations.migrations.0012_fill_timeline_key").fill
    rows = type(image).objects
    rows.update(created_at=ADDED, timeline_key=datetime(2001, 1, 1, tzinfo=UTC), **stored)
    fill(apps, SimpleNamespace(connection=connection))
    image = rows.get()
    assert image.timeline_key == timeline_key_of(image.shown_date, image.moment)
    assert image.timeline_key.date() == image.shown_date
