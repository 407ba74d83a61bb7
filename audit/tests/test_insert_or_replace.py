"""SQLite's INSERT OR REPLACE alters a row without firing UPDATE or DELETE triggers."""

import pytest
from django.db import DatabaseError, connection, transaction

from audit import chain
from audit.models import Event
from audit.trail import Action, record


@pytest.mark.django_db
def test_insert_or_replace_cannot_overwrite_an_event(doctor):
    record(Action.LOGIN, doctor, actor=doctor)
    chain.flush_pending()
    event = Event.objects.get()
    columns = ", ".join(field.column for field in Event._meta.fields)
    replaced_columns = columns.replace("actor_id", "NULL")
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    statement = f"{verb} INTO audit_event ({columns}) SELECT {replaced_columns} FROM audit_event"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.get().actor_id == event.actor_id == doctor.pk
