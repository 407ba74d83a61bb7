"""How text is looked for: the same on every database, accents and case aside."""

import unicodedata

from django.db.models import F, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

MAX_QUERY, MAX_WORDS = 200, 8  # of a search: characters, words


_LIGATURES = str.maketrans({"æ": "ae", "œ": "oe"})  # Unicode leaves them as they are


def search_key(*texts):
    """How text is compared: "LEFÈVRE" and "lefevre" are one, "Nævus" and "naevus" too. Without NUL,
    which PostgreSQL refuses to look for."""
    decomposed = unicodedata.normalize("NFKD", " ".join(texts).replace("\0", ""))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return letters.casefold().translate(_LIGATURES)


def with_words(rows, words):
    """Rows whose `search_key` has every word, in any order."""
    for word in search_key(words[:MAX_QUERY]).split()[:MAX_WORDS]:
        rows = rows.filter(GreaterThan(StrIndex(F("search_key"), Value(word)), 0))
    return rows
