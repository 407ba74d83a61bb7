"""What changes a gallery: verb first, keyword-only arguments, coded errors.

`images` takes in and edits, `trash` deletes and brings back, `processing` is the queue that removes
backgrounds, `quotas` is the room, `shares` the links, `tags` the words, `transfer` goes between the
two halves, `repair` is what `reconcile` rights.
"""
