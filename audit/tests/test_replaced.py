"""SQLite has a way to alter a row that no trigger of UPDATE or DELETE sees."""

import pytest
from django.db import DatabaseError, connection, transaction

from audit import chain
from audit.models import Event
from audit.trail import Action, record


@pytest.mark.django_db
def test_an_event_is_not_put_in_anothers_place(doctor):
    record(Action.LOGIN, doctor, actor=doctor)
    chain.flush_pending()
    event = Event.objects.get()
    columns = ", ".join(field.column for field in Event._meta.fields)
    other = columns.replace("actor_id", "NULL")
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    again = f"{verb} INTO audit_event ({columns}) SELECT {other} FROM audit_event"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(again)
    assert Event.objects.get().actor_id == event.actor_id == doctor.pk
