"""Everything that changes a gallery, with coded errors.

`images` stores and edits, `trash` deletes and restores, `processing` is the queue that removes
backgrounds, `quotas` reserves room, `shares` makes and opens links, `tags` files images, `transfer`
copies between consultations and gallery, `repair` is what `reconcile` corrects.
"""
