"""The schema is the contract for integrators: answers are validated against it."""

import jsonschema
import pytest
from jsonschema import Draft202012Validator

from testing.cast import upload

pytestmark = pytest.mark.alike


@pytest.fixture(scope="module")
def schema():
    from drf_spectacular.generators import SchemaGenerator

    return SchemaGenerator().get_schema(request=None, public=True)


def assert_matches_schema(schema, response, path, method):
    status = str(response.status_code)
    answers = schema["paths"][path][method]["responses"]
    assert status in answers, f"{method} {path} answers {status}: not in the schema"
    content = answers[status].get("content", {}).get("application/json")
    if content is None:
        assert not response.content
        return
    validator = Draft202012Validator(
        {"components": schema["components"], **content["schema"]},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    validator.validate(response.json())


def test_schema_is_valid_openapi_3_1(client, schema):
    assert schema["openapi"].startswith("3.1")
    assert client.get("/api/schema").status_code == 200
    for path in schema["paths"]:
        assert not path.endswith("/"), "no trailing slash"


def test_schema_is_generated_without_a_warning(capsys):
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.generators import SchemaGenerator

    GENERATOR_STATS.reset()
    SchemaGenerator().get_schema(request=None, public=True)
    assert not GENERATOR_STATS, capsys.readouterr().err


def test_answers_match_the_schema(
    api, schema, doctor, patient, image, consultation, record, lesion
):
    list_path, image_path = "/api/v1/consultations/{id}/images", "/api/v1/consultations/images/{id}"
    url = f"/api/v1/consultations/{consultation.pk}/images"
    image_url = f"/api/v1/consultations/images/{image.pk}"
    doctor_client, patient_client = api(doctor), api(patient)

    def multipart(client, **body):
        return client.post(url, body, format="multipart")

    lesions_path, lesion_path = "/api/v1/patients/{id}/lesions", "/api/v1/lesions/{id}"
    lesions_url, lesion_url = lesions_path.format(id=record.pk), lesion_path.format(id=lesion.pk)

    for response, path, method in (
        (doctor_client.get(lesions_url), lesions_path, "get"),
        (doctor_client.post(lesions_url, {}), lesions_path, "post"),
        (doctor_client.post(lesions_url, {"map_view": "front"}), lesions_path, "post"),
        (doctor_client.get(lesion_url), lesion_path, "get"),
        (doctor_client.get(f"{lesion_url}/images"), f"{lesion_path}/images", "get"),
        (doctor_client.patch(lesion_url, {"label": "L9"}), lesion_path, "patch"),
        (doctor_client.delete(lesion_url), lesion_path, "delete"),
        (multipart(doctor_client, file=upload(seed=2)), list_path, "post"),
        (multipart(doctor_client, file=upload(data=b"x")), list_path, "post"),
        (multipart(doctor_client), list_path, "post"),
        (multipart(patient_client, file=upload()), list_path, "post"),
        (multipart(api(), file=upload()), list_path, "post"),
        (doctor_client.get(url), list_path, "get"),
        (doctor_client.get(url, {"page": 99}), list_path, "get"),
        (patient_client.get(image_url), image_path, "get"),
        (api().get(image_url), image_path, "get"),
        (doctor_client.patch(image_url, {"image_type": "x"}), image_path, "patch"),
        (doctor_client.patch(image_url, {"image_type": "macro"}), image_path, "patch"),
        (patient_client.patch(image_url, {"image_type": "macro"}), image_path, "patch"),
        (patient_client.delete(image_url), image_path, "delete"),
        (doctor_client.get("/api/v1/patients"), "/api/v1/patients", "get"),
        (patient_client.get("/api/v1/patients"), "/api/v1/patients", "get"),
        (doctor_client.post("/api/v1/patients", {}), "/api/v1/patients", "post"),
        (doctor_client.post("/api/v1/patients", {"full_name": "A"}), "/api/v1/patients", "post"),
        (patient_client.get("/api/v1/consultations"), "/api/v1/consultations", "get"),
        (
            doctor_client.post("/api/v1/consultations", {"patient": record.pk}),
            "/api/v1/consultations",
            "post",
        ),
        (api().post("/api/v1/auth/token", {}), "/api/v1/auth/token", "post"),
        (
            api().post("/api/v1/auth/token", {"email": "a@b.fr", "password": "x"}),
            "/api/v1/auth/token",
            "post",
        ),
        (doctor_client.delete(image_url), image_path, "delete"),
    ):
        try:
            assert_matches_schema(schema, response, path, method)
        except jsonschema.ValidationError as error:
            pytest.fail(f"{method} {path} {response.status_code}: {error.message}")


def test_comparisons_match_the_schema(api, schema, doctor, patient, record, consultation, image):
    other = api(doctor).post(
        f"/api/v1/consultations/{consultation.pk}/images",
        {"file": upload(seed=2)},
        format="multipart",
    )
    lying = {"a": 1, "b": 0, "x": 0, "y": 0}
    panes = [{"image": key, "transform": lying} for key in (image.pk, other.data["id"])]
    body = {"name": "Forearm", "panes": panes, "view": {"x": 1, "y": 2, "zoom": 1, "angle": 0}}
    url, path = (
        f"/api/v1/patients/{record.pk}/comparisons",
        "/api/v1/patients/{patient}/comparisons",
    )
    made = api(doctor).post(url, body, format="json")
    one, one_path = f"/api/v1/comparisons/{made.data['id']}", "/api/v1/comparisons/{id}"
    far = [panes[0], {**panes[1], "transform": lying | {"a": 1000}}]
    for response, described, method in (
        (made, path, "post"),
        (api(doctor).post(url, body | {"panes": far}, format="json"), path, "post"),
        (api(doctor).post(url, body | {"panes": panes[:1]}, format="json"), path, "post"),
        (api(doctor).post(url, body | {"view": {"x": "far"}}, format="json"), path, "post"),
        (api(doctor).post(url, body | {"view": {"x": 10**400}}, format="json"), path, "post"),
        (api(patient).post(url, body, format="json"), path, "post"),
        (api(patient).get(url), path, "get"),
        (api(doctor).get(one), one_path, "get"),
        (api(doctor).patch(one, {"view": None}, format="json"), one_path, "patch"),
        (api(doctor).patch(one, {"panes": [{}]}, format="json"), one_path, "patch"),
        (api(doctor).delete(one, headers={"If-Match": '"former"'}), one_path, "delete"),
        (api(doctor).delete(one), one_path, "delete"),
    ):
        try:
            assert_matches_schema(schema, response, described, method)
        except jsonschema.ValidationError as error:
            pytest.fail(f"{method} {described} {response.status_code}: {error.message}")


def test_all_errors_have_the_same_shape(client, api, doctor):
    client.raise_request_exception = False
    for response in (
        client.get("/api/v1/nothing"),
        client.get("/api/v1/patients"),
        client.post("/api/v1/auth/token", "{", content_type="application/json"),
        api(doctor).put("/api/v1/patients", {}),
        api(doctor).get("/api/v1/consultations/images/999999"),
    ):
        body = response.json()
        assert set(body) == {"type", "errors"}, response.status_code
        for error in body["errors"]:
            assert set(error) == {"code", "detail", "attr"}


def test_docs_page_loads_only_local_files(client):
    page = client.get("/api/docs").content.decode()
    assert "http://" not in page.replace("http://testserver", "")
    assert "https://" not in page
    assert "<style" not in page, "the policy allows no inline style"


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("post", "/api/v1/auth/token", {"data": "[" * 50_000}, 400),
        ("post", "/api/v1/auth/token", {"data": '"' + "x" * 3_000_000 + '"'}, 413),
        ("get", "/api/v1/patients/", {}, 404),
        ("get", "/api/nope", {}, 404),
        ("get", "/api/v1/patients/\u0661", {}, 404),
        ("get", "/api/v1/patients?q=" + "a+" * 1500, {}, 200),
        ("get", "/api/v1/patients?q=" + "a" * 60_000, {}, 200),
        ("get", "/api/v1/patients", {"headers": {"Authorization": "Bearer nonsense"}}, 401),
        ("post", "/api/v1/patients", {"headers": {"Transfer-Encoding": "chunked"}}, 411),
    ],
    ids=["deep", "large", "slash", "unknown", "digit", "words", "word", "token", "chunked"],
)
def test_malformed_requests_answer_errors_of_the_same_shape(
    client, doctor, method, path, options, status
):
    if "headers" not in options:
        client.force_login(doctor, backend="django.contrib.auth.backends.ModelBackend")
    client.raise_request_exception = False
    if method == "post":
        options = {"content_type": "application/json", "data": ""} | options
    if status == 411:
        options["CONTENT_LENGTH"] = ""
    response = getattr(client, method)(path, **options)
    assert response.status_code == status
    if status >= 400:
        body = response.json()
        assert set(body) == {"type", "errors"}
        assert [set(e) for e in body["errors"]] == [{"code", "detail", "attr"}]


def test_schema_is_generated_once_per_language(client, db, monkeypatch):
    """Generating it takes a second, and anybody may request it: a denial of service."""
    first = client.get("/api/schema", headers={"Accept-Language": "en"})
    monkeypatch.setattr("drf_spectacular.generators.SchemaGenerator.get_schema", None)
    cached = client.get("/api/schema?version=%00", headers={"Accept-Language": "en"})
    assert (cached.status_code, cached.content) == (200, first.content)
    assert cached["Content-Disposition"] == first["Content-Disposition"]
    assert cached["Content-Type"] == "application/vnd.oai.openapi; charset=utf-8"


def test_schema_is_in_the_requested_language(client, db):
    french, english, unknown = (
        client.get(f"/api/schema?lang={language}").content for language in ("fr", "en", "xx")
    )
    assert french == unknown != english
