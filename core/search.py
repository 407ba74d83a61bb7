"""Text search: the same for patients, tags, titles and the admin, on every database."""

from itertools import combinations
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Replace
from django.db.models.sql.compiler import SQLCompiler
from django.http import HttpRequest

from .folding import joined_words, name_words, same_name, search_key, search_words

__all__ = [
    "FoldedSearch",
    "find_namesakes",
    "matching_joined_words",
    "matching_words",
    "search_key",
]

_Rows = TypeVar("_Rows", bound=QuerySet[Any])

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin
else:
    _ModelAdmin = object

MAX_QUERY, MAX_WORDS = 200, 8  # characters and words of a query that are considered
KEY = F("search_key")
JOINED = Replace(Replace(KEY, Value(","), Value("")), Value(" "), Value(""))


class _Contains(Func):
    """Whether a column contains a word. SQLite's LIKE would fold the case of every letter;
    PostgreSQL's LIKE takes half the time of STRPOS, which also counts the letters."""

    output_field = BooleanField()
    template = "INSTR(%(expressions)s) > 0"

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, Any]:
        column, word = self.get_source_expressions()
        pattern = Value(f"%{connection.ops.prep_for_like_query(word.value)}%")
        like = Func(column, pattern, output_field=self.output_field)
        return like.as_sql(compiler, connection, template="%(expressions)s", arg_joiner=" LIKE ")


def _contains(text: Combinable, word: str) -> Q:
    return Q(_Contains(text, Value(word)))


def matching_words(rows: _Rows, words: str) -> _Rows:
    """The rows whose `search_key` contains every word, in any order."""
    for first, *others in search_words(words[:MAX_QUERY])[:MAX_WORDS]:
        either = _contains(KEY, first)
        for other in others:
            # First what both spellings share: a row without it is tested once.
            either = _contains(KEY, max(other.split(), key=len)) & (either | _contains(KEY, other))
        rows = rows.filter(either)
    return rows


def matching_joined_words(rows: _Rows, words: str) -> _Rows:
    """The same, ignoring spaces and hyphens inside words: "mcdonald" finds Mc Donald, "Al-Masri"
    finds Almasri. Slower and broader: for when `matching_words` found nothing."""
    rows = rows.alias(joined=JOINED)
    for word in joined_words(words[:MAX_QUERY])[:MAX_WORDS]:
        rows = rows.filter(_contains(F("joined"), word))
    return rows


def find_namesakes(rows: QuerySet[Any], name: str) -> list[Any]:
    """The rows that may have this name (folding.same_name), exact matches first. `rows` have
    `search_key` and `full_name`."""
    words = name_words(name)
    if not words:
        return []
    candidates = Q()
    for word in words[:MAX_WORDS]:
        candidates |= _contains(KEY, word)
    if len(words) == 1:  # the other name may have it in parts, in another order
        candidates = Q()
    for letter in set("".join(words)):
        candidates &= _contains(KEY, letter)
    for one, other in combinations(words[:MAX_WORDS], 2):  # the other name may have fewer words
        candidates |= _contains(KEY, one) & _contains(KEY, other)
    letters = sorted("".join(words))
    near = [row for row in rows.filter(candidates).iterator() if same_name(name, row.full_name)]
    return sorted(near, key=lambda row: sorted("".join(name_words(row.full_name))) != letters)


class FoldedSearch(_ModelAdmin):
    """A mixin before ModelAdmin: each word must occur in a field as typed, or folded in a key."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """(matching rows, False: none occurs twice)."""
        for word in search_term[:MAX_QUERY].replace("\0", "").split()[:MAX_WORDS]:
            either = Q()
            for field in self.search_fields:
                either |= Q((f"{field}__icontains", word))
                if field.endswith("key"):
                    either |= _folded_match(field, word)
            queryset = queryset.filter(either)
        return queryset, False


def _folded_match(field: str, text: str) -> Q:
    every = Q()
    for ways in search_words(text):
        every &= Q(*((f"{field}__contains", way) for way in ways), _connector=Q.OR)
    return every
