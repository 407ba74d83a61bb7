"""A cursor itself, beside the pages by number: sealed, bound, refused, described."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.urls import reverse

from consultations.models import Patient
from core import cursors

from .lists import LISTS, ROWS, SIZE, gallery, next_of, patients, refused, rows, sized


def test_a_cursor_tells_nothing_of_a_patient(world):
    """URLs end up in logs, and a list of patients goes by their names."""
    for n in range(ROWS):
        Patient.objects.create(full_name="M", created_by=world.doctor)
        Patient.objects.create(full_name=f"Marguerite de La Tour {n}", created_by=world.doctor)
    url, lengths = sized("/api/v1/patients", 3), set()
    while url:
        url = world.client.get(url).json()["next"]
        if url:
            cursor = parse_qs(urlsplit(url).query)["cursor"][0]
            lengths.add(len(cursor))
            raw = cursors.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            assert "Marguerite" not in unquote(url)
            assert b"Marguerite" not in raw
            assert b"full_name" not in raw
    assert len(lengths) == 1, "not how long a name is, either"


def test_a_cursor_is_for_one_person_and_one_list(world, api, other_doctor):
    """Another's would be a ruler: whoever files patients finds by halves which name it holds."""
    for n in range(ROWS):
        patients(world, n)
        gallery(world, n)
    url = next_of(world.client, "/api/v1/patients")
    assert refused(api(other_doctor).get(url))
    assert refused(world.client.get(url.replace("/patients", "/consultations")))
    url = next_of(world.client, "/api/v1/gallery")
    assert world.client.get(url).status_code == 200
    assert refused(world.client.get(url + "&ordering=created_at"))


@pytest.mark.parametrize("cursor", ["", "x", "é", "\0", "A" * 5000, "MTIz", "0" * 200, "=", "💥"])
def test_a_cursor_that_is_none_of_ours(world, some, cursor):
    """Taken for the beginning, it would have a program walk in a circle."""
    path, _make = some
    url, _, query = path.partition("?")
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    assert refused(world.client.get(url, asked | {"cursor": cursor}))


def test_a_cursor_that_was_changed_in_one_character(world):
    for n in range(ROWS):
        patients(world, n)
    url = next_of(world.client, "/api/v1/patients")
    cursor = parse_qs(urlsplit(url).query)["cursor"][0]
    for place in (0, len(cursor) // 2, len(cursor) - 10):
        other = "A" if cursor[place] != "A" else "B"
        spoilt = cursor[:place] + other + cursor[place + 1 :]
        assert refused(world.client.get(url.replace(cursor, spoilt)))


def test_pages_by_number_are_as_they_were(world, some):
    path, make = some
    for n in range(ROWS):
        make(world, n)
    whole = rows(world.client.get(sized(path, 100)).json())
    body = world.client.get(sized(path) + "&page=2").json()
    assert rows(body) == whole[SIZE : 2 * SIZE]
    assert (body["page"], body["page_size"], body["total"]) == (2, SIZE, len(whole))
    assert rows(world.client.get(body["previous"]).json()) == whole[:SIZE]
    following = world.client.get(body["next"]).json()
    assert rows(following) == whole[2 * SIZE : 3 * SIZE]
    assert following["page"] == 3
    assert rows(world.client.get(following["previous"]).json()) == whole[SIZE : 2 * SIZE]
    asked = parse_qs(urlsplit(body["next"]).query)
    assert asked["page"] == ["3"]
    assert parse_qs(urlsplit(path).query).items() <= asked.items(), "filters stay"
    end = -(-len(whole) // SIZE)
    assert world.client.get(sized(path) + f"&page={end}").json()["next"] is None
    assert world.client.get(sized(path) + f"&page={end + 1}").status_code == 404


def test_a_page_number_beside_a_cursor_is_its_own(world):
    """A program that counts `page` up and keeps the cursor would read one page for ever."""
    for n in range(ROWS):
        patients(world, n)
    url = next_of(world.client, "/api/v1/patients")
    assert refused(world.client.get(url.replace("page=2", "page=3")))
    bare = url.replace("page=2&", "").replace("&page=2", "")
    assert "page=2" not in bare
    assert rows(world.client.get(bare).json()) == rows(world.client.get(url).json())


def test_where_all_the_rest_has_gone(world, some):
    """An empty page, the last, and a way back that is there: not an error."""
    path, make = some
    made = [make(world, n) for n in range(ROWS)]
    shown = world.client.get(sized(path)).json()
    url = world.client.get(shown["next"]).json()["next"]
    for row in made:
        row.delete()
    body = world.client.get(url).json()
    assert body["next"] is None
    assert body["page"] == 3
    assert world.client.get(body["previous"]).status_code == 200
    assert set(rows(body)).isdisjoint(str(row.pk) for row in made)


def test_every_list_has_a_cursor_and_says_so():
    """The schema is what an integrator's program is made from."""
    from drf_spectacular.generators import SchemaGenerator

    schema = SchemaGenerator().get_schema(request=None, public=True)
    lists = {}
    for path, operations in schema["paths"].items():
        asked = {p["name"] for p in operations.get("get", {}).get("parameters", ())}
        if "page" in asked:
            lists[path] = asked
    assert len(lists) == len({path.partition("?")[0] for _make, path in LISTS.values()})
    for path, asked in lists.items():
        assert "cursor" in asked, path
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
