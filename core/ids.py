import uuid


def new_id() -> uuid.UUID:
    """The key of a row that is named to the outside: it tells nothing and cannot be guessed."""
    return uuid.uuid4()
