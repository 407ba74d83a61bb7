"""How names were folded and looked for before core/folding.py: what it is measured against."""

from django.db.models import F, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from core.migrating import former_search_key as search_key


def matching_words(rows, words):
    for word in search_key(words[:200]).split()[:8]:
        rows = rows.filter(GreaterThan(StrIndex(F("search_key"), Value(word)), 0))
    return rows
