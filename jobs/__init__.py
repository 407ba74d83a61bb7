"""Work that takes longer than a request: rows are the truth, tasks only the bell.

`models.Job` is what a row needs to be a job; `queue.Queue` takes, finishes, postpones and fails
such rows under a lease; `registry` knows the queues of the apps above; `worker` is the one loop
that serves them all. docs/architecture.md says why no library does this for us.
"""
