"""The API's list of 24 images beside a plain ModelSerializer of the same rows.

The goal is on what differs: serialising (three signed URLs a row, through the same storages) and
rendering. Reading the rows, and the way of a request through the middleware, cost both the same
and more than our list does; they are printed beside it.
"""

import json
import os
import statistics
import sys
import time

import django

ROWS, ROUNDS, LIMIT = 24, 60, 0.35
SHOWN, READ, WHOLE = "serialised and rendered", "rows read too", "the whole GET"
OURS, PLAIN = "ours", "plain ModelSerializer"


def views():
    """(serializers by name, the plain view's URL patterns): what any project has in an hour."""
    from django.urls import include, path
    from rest_framework import generics, serializers

    from consultations.models import ConsultationImage
    from consultations.serializers import ImageSerializer
    from core.pagination import ImagePages

    class Plain(serializers.ModelSerializer):
        class Meta:
            model = ConsultationImage
            fields = "__all__"

    class PlainList(generics.ListAPIView):
        serializer_class = Plain
        pagination_class = ImagePages
        filter_backends = ()

        def get_queryset(self):
            images = ConsultationImage.objects.visible_to(self.request.user)
            return images.filter(consultation=self.kwargs["pk"]).as_added()

    patterns = [path("plain/<int:pk>", PlainList.as_view()), path("", include("dermaai.urls"))]
    return {OURS: ImageSerializer, PLAIN: Plain}, patterns


def cpu(calls, prepare=lambda: None):
    """{name: median CPU ms} of calls that take turns, each with what `prepare` makes anew."""
    taken = {name: [] for name in calls}
    for number in range(ROUNDS + 5):  # five warm up
        for name, call in calls.items():
            prepared = prepare()
            began = time.process_time()
            call(prepared)
            if number >= 5:
                taken[name].append((time.process_time() - began) * 1000)
    return {name: statistics.median(times) for name, times in taken.items()}


def main():
    os.environ["DJANGO_SETTINGS_MODULE"] = "tools.bench.settings"
    django.setup()
    from django.core.management import call_command
    from django.test import Client, override_settings
    from rest_framework.renderers import JSONRenderer
    from rest_framework.request import Request
    from rest_framework.test import APIRequestFactory

    from . import rows

    call_command("migrate", verbosity=0)
    doctor, consultation = rows.owner()
    rows.fill(consultation, 1, ROWS)
    serializers, patterns = views()
    request = Request(APIRequestFactory().get("/", HTTP_HOST="testserver"))

    def shown(serializer):
        def call(page):
            data = serializer(page, many=True, context={"request": request}).data
            JSONRenderer().render(data)

        return call

    def page():
        return consultation.images.as_added()[:ROWS]

    calls = {name: shown(made) for name, made in serializers.items()}
    results = {
        SHOWN: cpu(calls, lambda: list(page())),  # anew: a row remembers what it was asked
        READ: cpu(calls, page),
    }
    client = Client()
    client.force_login(doctor, backend="django.contrib.auth.backends.ModelBackend")
    paths = {
        OURS: f"/api/v1/consultations/{consultation.pk}/images",
        PLAIN: f"/plain/{consultation.pk}",
        "a GET of one consultation": f"/api/v1/consultations/{consultation.pk}",
    }

    def got(path):
        def call(_):
            if client.get(path).status_code != 200:
                raise AssertionError(path)

        return call

    with override_settings(ROOT_URLCONF=type("Urls", (), {"urlpatterns": patterns})):
        results[WHOLE] = cpu({name: got(path) for name, path in paths.items()})
    json.dump(results, sys.stdout)


def tell(report, measured):
    report.text(f"### The API's list of {ROWS} images\n\nMilliseconds of CPU, medians.")
    columns = (SHOWN, READ, WHOLE)
    report.table(
        ("", *columns),
        [
            (name, *(f"{measured[c][name]:.2f}" if name in measured[c] else "" for c in columns))
            for name in measured[WHOLE]
        ],
    )
    shown = measured[SHOWN]
    report.goals([(f"list of {ROWS}, {SHOWN}: ours / plain", shown[OURS] / shown[PLAIN], LIMIT)])


if __name__ == "__main__":
    main()
