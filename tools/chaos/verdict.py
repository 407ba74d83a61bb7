"""The ledger of the clients against what is there: every difference is a finding."""

from collections import Counter, defaultdict

from .cast import NARROW
from .evidence import plain
from .ledger import GALLERY, GONE, HERE


def at_any_time(found, people):
    """What must hold at every moment, and so before `reconcile` had a chance to right it."""
    wrong = []
    for row in found.rows:
        wrong += [f"{row} has no {container} blob" for container, name in row.blobs
                  if (container, name) not in found.blobs]  # fmt: skip
    used = defaultdict(Counter)
    for row in found.rows:
        if row.where == GALLERY and not row.deleted:
            used[row.user].update(bytes=row.stored_bytes, images=1)
    for user, size in found.reservations:
        used[user].update(bytes=size, images=1)
    for user, quota in found.quotas.items():
        right = (used[user]["bytes"], used[user]["images"])
        if quota != right:
            wrong.append(f"a quota says {quota}, rows and reservations {right} (bytes, images)")
    for person in people:
        if person.narrow and used[person.id]["images"] > NARROW:
            wrong.append(f"{used[person.id]['images']} images where there is room for {NARROW}")
    return wrong


def of_uploads(found, ledger):
    """Acknowledged images are there and hash right; what was not acknowledged is whole or not."""
    wrong, rows = [], defaultdict(list)
    for row in found.rows:
        rows[row.where, row.sha256].append(row)
    keys = Counter((row.where, row.key) for row in found.rows if row.key)
    wrong += [f"{where}: {n} rows under one key" for (where, _key), n in keys.items() if n > 1]
    sent = {(upload.where, upload.sha256): upload for upload in ledger.uploads}
    for upload in ledger.uploads:
        there = rows[upload.where, upload.sha256]
        ids = {row.id for row in there}
        if len(there) > 1:
            wrong.append(f"{upload.where}: one photograph is there {len(there)} times")
        if upload.image and upload.state == HERE and plain(upload.image) not in ids:
            wrong.append(f"{upload.where}: acknowledged image {upload.image} is not there")
        if upload.state == GONE and there:
            wrong.append(f"{upload.where}: deleted image {upload.image} is there")
    for row in found.rows:
        if (row.where, row.sha256) not in sent or row.sha256 in ledger.spare:
            wrong.append(f"{row} is of a file that nobody sent whole")
        if found.hashes.get(row.id) != row.sha256:
            wrong.append(f"{row}: its original does not hash to what was sent")
    wrong += [f"{row}: {container}/{name} is cut off" for row, (container, name) in found.broken]
    return wrong


def of_audit(found, ledger):
    """Every image that is or was there was told of once, and nothing that never was."""
    wrong, rows = [], {row.id for row in found.rows}
    known = rows | {plain(upload.image) for upload in ledger.acknowledged}
    wrong += [f"image {id} has no event in the audit log" for id in known - set(found.uploaded)]
    wrong += [f"image {id} has {n} events of its upload"
              for id, n in found.uploaded.items() if n > 1]  # fmt: skip
    wrong += [f"the audit log tells of an image that never was: {id}"
              for id in set(found.uploaded) - known]  # fmt: skip
    if found.waiting:
        wrong.append(f"{found.waiting} events wait to enter the audit log")
    return wrong


def after_reconcile(found):
    """Nothing is left over, and nothing is left undone."""
    wanted = {blob for row in found.rows for blob in row.blobs}
    wrong = [f"no row knows {container}/{name}" for container, name in found.blobs - wanted]
    if found.reservations:
        wrong.append(f"{len(found.reservations)} reservations are left")
    if found.abandoned:
        wrong.append(f"{len(found.abandoned)} files are left in the folder of uploads")
    wrong += [
        f"{row} is {row.status}{row.error and f' ({row.error})'}"
        for row in found.rows
        if row.status != "ready"
    ]
    wrong += [
        f"{number} tasks {name} are {status.lower()}"
        for (name, status), number in found.tasks.items()
        if status in ("READY", "RUNNING")
    ]
    return wrong
