from django_tasks import task

from core.context import use_request_id

from . import storage


@task()
def delete_blobs(blobs: list[tuple[str, str]], request_id: str = "") -> None:
    """Delete (container, name) blobs. Safe to run twice; `reconcile` removes what this fails to."""
    with use_request_id(request_id):
        for container, name in blobs:
            storage.delete(container, name)
