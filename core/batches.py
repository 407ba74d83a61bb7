from collections.abc import Iterator, Sequence
from typing import TypeVar

_Key = TypeVar("_Key")
BATCH = 500  # rows of one statement: SQLite takes 250,000 variables, PostgreSQL 65,535


def batches(keys: Sequence[_Key]) -> Iterator[Sequence[_Key]]:
    """`keys` in slices of BATCH."""
    return (keys[first : first + BATCH] for first in range(0, len(keys), BATCH))
