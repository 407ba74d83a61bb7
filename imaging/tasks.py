from django_tasks import task

from . import storage


@task()
def delete_blobs(blobs):
    """Delete [(container, name), …]. Safe to run twice; `reconcile` sweeps what fails."""
    for container, name in blobs:
        storage.delete(container, name)
