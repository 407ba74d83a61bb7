from django_tasks import task

from core.context import under

from . import storage


@task()
def delete_blobs(blobs: list[tuple[str, str]], request_id: str = "") -> None:
    """Delete (container, name) blobs. Safe to run twice; `reconcile` removes what this fails to."""
    with under(request_id):
        for container, name in blobs:
            storage.delete(container, name)
