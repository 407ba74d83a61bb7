"""Cursors: sealed, bound to user and list, refused when invalid, beside paging by number."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.urls import reverse

from consultations.models import Patient
from core import cursors

from .lists import LISTS, ROWS, SIZE, gallery, is_refused, next_of, patients, rows, with_page_size


def test_cursor_reveals_nothing_about_a_patient(world):
    """URLs end up in logs, and patients are sorted by name."""
    for n in range(ROWS):
        Patient.objects.create(full_name="M", created_by=world.doctor)
        Patient.objects.create(full_name=f"Marguerite de La Tour {n}", created_by=world.doctor)
    url, lengths = with_page_size("/api/v1/patients", 3), set()
    while url:
        url = world.client.get(url).json()["next"]
        if url:
            cursor = parse_qs(urlsplit(url).query)["cursor"][0]
            lengths.add(len(cursor))
            raw = cursors.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            assert "Marguerite" not in unquote(url)
            assert b"Marguerite" not in raw
            assert b"full_name" not in raw
    assert len(lengths) == 1, "not even the length of a name"


def test_cursor_is_bound_to_one_user_and_one_list(world, api, other_doctor):
    """Otherwise the name inside another user's cursor could be found by binary search."""
    for n in range(ROWS):
        patients(world, n)
        gallery(world, n)
    url = next_of(world.client, "/api/v1/patients")
    assert is_refused(api(other_doctor).get(url))
    assert is_refused(world.client.get(url.replace("/patients", "/consultations")))
    url = next_of(world.client, "/api/v1/gallery")
    assert world.client.get(url).status_code == 200
    assert is_refused(world.client.get(url + "&ordering=created_at"))


@pytest.mark.parametrize("cursor", ["", "x", "é", "\0", "A" * 5000, "MTIz", "0" * 200, "=", "💥"])
def test_invalid_cursor_answers_400(world, list_and_make, cursor):
    """Treated as the first page, it would make a client loop for ever."""
    path, _make = list_and_make
    url, _, query = path.partition("?")
    parameters = {name: values[0] for name, values in parse_qs(query).items()}
    assert is_refused(world.client.get(url, parameters | {"cursor": cursor}))


def test_altered_cursor_answers_400(world):
    for n in range(ROWS):
        patients(world, n)
    url = next_of(world.client, "/api/v1/patients")
    cursor = parse_qs(urlsplit(url).query)["cursor"][0]
    for index in (0, len(cursor) // 2, len(cursor) - 10):
        replacement = "A" if cursor[index] != "A" else "B"
        altered = cursor[:index] + replacement + cursor[index + 1 :]
        assert is_refused(world.client.get(url.replace(cursor, altered)))


def test_paging_by_number_still_works(world, list_and_make):
    path, make = list_and_make
    for n in range(ROWS):
        make(world, n)
    all_ids = rows(world.client.get(with_page_size(path, 100)).json())
    body = world.client.get(with_page_size(path) + "&page=2").json()
    assert rows(body) == all_ids[SIZE : 2 * SIZE]
    assert (body["page"], body["page_size"], body["total"]) == (2, SIZE, len(all_ids))
    assert rows(world.client.get(body["previous"]).json()) == all_ids[:SIZE]
    following = world.client.get(body["next"]).json()
    assert rows(following) == all_ids[2 * SIZE : 3 * SIZE]
    assert following["page"] == 3
    assert rows(world.client.get(following["previous"]).json()) == all_ids[SIZE : 2 * SIZE]
    parameters = parse_qs(urlsplit(body["next"]).query)
    assert parameters["page"] == ["3"]
    assert parse_qs(urlsplit(path).query).items() <= parameters.items(), "filters are kept"
    end = -(-len(all_ids) // SIZE)
    assert world.client.get(with_page_size(path) + f"&page={end}").json()["next"] is None
    assert world.client.get(with_page_size(path) + f"&page={end + 1}").status_code == 404


def test_page_number_must_match_its_cursor(world):
    """A client that increments `page` but keeps the cursor would read one page for ever."""
    for n in range(ROWS):
        patients(world, n)
    url = next_of(world.client, "/api/v1/patients")
    assert is_refused(world.client.get(url.replace("page=2", "page=3")))
    without_number = url.replace("page=2&", "").replace("&page=2", "")
    assert "page=2" not in without_number
    assert rows(world.client.get(without_number).json()) == rows(world.client.get(url).json())


def test_cursor_after_all_rows_were_deleted_gives_an_empty_last_page(world, list_and_make):
    """The last page is empty, with a valid link to the previous one, and not an error."""
    path, make = list_and_make
    created = [make(world, n) for n in range(ROWS)]
    first_page = world.client.get(with_page_size(path)).json()
    url = world.client.get(first_page["next"]).json()["next"]
    for row in created:
        row.delete()
    body = world.client.get(url).json()
    assert body["next"] is None
    assert body["page"] == 3
    assert world.client.get(body["previous"]).status_code == 200
    assert set(rows(body)).isdisjoint(str(row.pk) for row in created)


def test_schema_documents_the_cursor_of_every_list():
    """Integrators generate clients from the schema."""
    from drf_spectacular.generators import SchemaGenerator

    schema = SchemaGenerator().get_schema(request=None, public=True)
    lists = {}
    for path, operations in schema["paths"].items():
        parameters = {p["name"] for p in operations.get("get", {}).get("parameters", ())}
        if "page" in parameters:
            lists[path] = parameters
    assert len(lists) == len({path.partition("?")[0] for _make, path in LISTS.values()})
    for path, parameters in lists.items():
        assert "cursor" in parameters, path
        refusal = str(_resolved(schema, schema["paths"][path]["get"]["responses"]["400"]))
        assert "invalid_cursor" in refusal, path
    assert reverse("api-patient-list") in lists


def _resolved(schema, node, depth=9):
    if isinstance(node, dict):
        if "$ref" in node and depth:
            name = node["$ref"].rsplit("/", 1)[1]
            return _resolved(schema, schema["components"]["schemas"][name], depth - 1)
        return {key: _resolved(schema, value, depth) for key, value in node.items()}
    return [_resolved(schema, part, depth) for part in node] if isinstance(node, list) else node
