import uuid


def new_id() -> uuid.UUID:
    """A key for a row that outsiders can name: it reveals nothing and cannot be guessed."""
    return uuid.uuid4()
