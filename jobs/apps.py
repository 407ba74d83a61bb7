from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        from core import metrics, probes

        from .metrics import TaskCollector
        from .probes import check

        probes.register("queue", check)
        metrics.collectors.append(TaskCollector())
