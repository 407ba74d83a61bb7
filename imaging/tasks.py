from django_tasks import task

from core.context import use_request_id

from . import storage


@task()
def delete_blobs(blobs, request_id=""):
    """Delete [(container, name), …]. Safe to run twice; `reconcile` sweeps what fails."""
    with use_request_id(request_id):
        for container, name in blobs:
            storage.delete(container, name)
