"""What Schemathesis (fuzz.api) is told of the practice that it asks: who it is, what there is.

Left to itself it draws ids that nobody has and files that are no pictures, and never sees more of
an operation than its first refusal.
"""

import json
import os
import re

import requests
import schemathesis
from hypothesis import strategies as st

from tools import phantoms

TOLD = json.loads(os.environ["FUZZ_API"])
KINDS = [
    (re.compile(r"/consultations/images/bin/\{id\}"), "binned"),
    (re.compile(r"/consultations/images/\{id\}"), "consultation_images"),
    (re.compile(r"/consultations/\{id\}"), "consultations"),
    (re.compile(r"/lesions/\{id\}"), "lesions"),
    (re.compile(r"/patients/\{id\}"), "patients"),
    (re.compile(r"/images/\{id\}"), "images"),
]
UPLOADS = ("/api/v1/consultations/{id}/images", "/api/v1/remove-background")
PICTURES = [
    phantoms.encode(phantoms.macro(seed, size=(64, 48), lesion=phantoms.Lesion(seed)), "JPEG")
    for seed in range(2)
]


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
def flatmap_path_parameters(context, path_parameters):
    """Half of the ids are somebody's."""
    for pattern, kind in KINDS:
        if path_parameters and pattern.search(context.operation.path):
            known = st.sampled_from(TOLD["ids"][kind]).map(
                lambda one: {**path_parameters, "id": one}
            )
            return st.just(path_parameters) | known
    return st.just(path_parameters)


@schemathesis.hook
def flatmap_body(context, body):
    """Two of three files are pictures; half of the lists of keys are somebody's."""
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
    return st.just(body)
