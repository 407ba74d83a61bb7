"""Work that takes longer than a request. The rows are the source of truth; a task only wakes a
worker.

`models.Job` is what a row needs to be a job; `queue.Queue` claims, completes, postpones and fails
such rows under a lease; `registry` holds the queues of the apps above; `worker` is the one loop
that serves them all. docs/architecture.md says why no library does this for us.
"""
