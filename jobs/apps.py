from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self):
        from core import metrics, probes

        from .metrics import Tasks
        from .probes import check

        probes.register("queue", check)
        metrics.collectors.append(Tasks())
