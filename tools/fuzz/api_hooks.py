"""What Schemathesis (fuzz.api) is told of the practice that it asks: who it is, what there is.

Left to itself it draws ids that nobody has and files that are no pictures, and never sees more of
an operation than its first refusal.
"""

import json
import os
import re
from urllib.parse import quote

import requests
import schemathesis
from hypothesis import strategies as st

from tools import phantoms

TOLD = json.loads(os.environ["FUZZ_API"])
KINDS = [
    (re.compile(rf"/{place}/\{{(\w+)\}}"), kind)  # the name of the parameter
    for place, kind in (
        ("consultations/images/bin", "binned"),
        ("consultations/images", "consultation_images"),
        ("consultations", "consultations"),
        ("annotations", "annotations"),
        ("comparisons", "comparisons"),
        ("lesions", "lesions"),
        ("measurements", "measurements"),
        ("patients", "patients"),
        ("images", "images"),
    )
]
UPLOADS = ("/api/v1/consultations/{id}/images", "/api/v1/remove-background")
PICTURES = [
    phantoms.encode(phantoms.macro(seed, size=(64, 48), lesion=phantoms.Lesion(seed)), "JPEG")
    for seed in range(2)
]

LONGEST = 3000  # of a query as it is sent
IMAGES = st.sampled_from(TOLD["ids"]["consultation_images"])
DEVICES = st.sampled_from(TOLD["ids"]["devices"])
LINES = st.lists(st.lists(st.integers(0, 240), min_size=2, max_size=2), min_size=2, max_size=3)
LYING = st.fixed_dictionaries({name: st.floats(-2, 2) for name in ("a", "b", "x", "y")})
PANES = st.lists(
    st.fixed_dictionaries({"image": IMAGES, "transform": LYING}), min_size=2, max_size=3
)
TARGETS = st.sampled_from(
    [
        {"selector": {"type": "FragmentSelector", "value": "xywh=pixel:10,20,30,40"}},
        {"selector": {"type": "SvgSelector", "value": '<svg><circle cx="9" cy="9" r="0"/></svg>'}},
    ]
)
_IMAGE = "/api/v1/consultations/images/{id}"
# What there is of a body's parts, by path.
PARTS = {
    "/api/v1/annotations/{id}": {"target": TARGETS},
    "/api/v1/comparisons/alignment": {"first": IMAGES, "second": IMAGES},
    "/api/v1/comparisons/{id}": {"panes": PANES},
    "/api/v1/patients/{patient}/comparisons": {"panes": PANES},
    f"{_IMAGE}/annotations": {"target": TARGETS},
    f"{_IMAGE}/scale": {"points": LINES, "device": DEVICES, "millimetres": st.floats(1, 30)},
    f"{_IMAGE}/scale/ticks": {"points": LINES},
    f"{_IMAGE}/scale/field": {"device": DEVICES},
    f"{_IMAGE}/measurements": {"points": LINES},
}


class Person:
    def get(self, case, context):
        answer = requests.post(
            f"{TOLD['base']}/api/v1/auth/token",
            json={"email": TOLD["email"], "password": os.environ["FUZZ_PASSWORD"]},
            timeout=30,
        )
        answer.raise_for_status()
        return answer.json()["access"]

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


if TOLD["email"]:
    schemathesis.auth(refresh_interval=600)(Person)  # a token lives for fifteen minutes


@schemathesis.hook
def filter_query(context, query):
    """gunicorn answers a longer line itself, with 414."""
    return len(quote(str(query), errors="replace")) < LONGEST


@schemathesis.hook
def flatmap_path_parameters(context, path_parameters):
    """Half of the ids are somebody's."""
    for pattern, kind in KINDS:
        if path_parameters and (found := pattern.search(context.operation.path)):
            known = st.sampled_from(TOLD["ids"][kind]).map(
                lambda one, name=found[1]: {**path_parameters, name: one}
            )
            return st.just(path_parameters) | known
    return st.just(path_parameters)


@schemathesis.hook
def flatmap_body(context, body):
    """Two of three files are pictures; half of the lists of keys are somebody's, and half of what
    is compared and measured is what there is."""
    if isinstance(body, dict) and "file" in body and context.operation.path in UPLOADS:
        return st.sampled_from([body, *({**body, "file": data} for data in PICTURES)])
    if (
        isinstance(body, dict)
        and "/consultations/images" in context.operation.path
        and "ids" in body
    ):
        known = st.lists(
            st.sampled_from(TOLD["ids"]["consultation_images"]), min_size=1, max_size=2
        )
        return st.just(body) | known.map(lambda keys: {**body, "ids": keys})
    if isinstance(body, dict) and (parts := PARTS.get(context.operation.path)):
        known = st.fixed_dictionaries({}, optional=parts)
        return st.just(body) | known.map(lambda part: {**body, **part})
    return st.just(body)
