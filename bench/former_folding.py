"""How names were folded and looked for before core/folding.py: what it is measured against."""

import unicodedata

from django.db.models import F, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

_LIGATURES = str.maketrans({"æ": "ae", "œ": "oe"})


def search_key(*texts):
    decomposed = unicodedata.normalize("NFKD", " ".join(texts).replace("\0", ""))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return letters.casefold().translate(_LIGATURES)


def with_words(rows, words):
    for word in search_key(words[:200]).split()[:8]:
        rows = rows.filter(GreaterThan(StrIndex(F("search_key"), Value(word)), 0))
    return rows
