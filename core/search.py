"""How text is looked for: the same for patients, tags, titles, admin, on every database."""

from itertools import combinations

from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.functions import Replace

from .folding import joined_words, name_words, same_name, search_key, search_words

__all__ = [
    "FoldedSearch",
    "find_namesakes",
    "matching_joined_words",
    "matching_words",
    "search_key",
]

MAX_QUERY, MAX_WORDS = 200, 8  # of a search: characters, words
KEY = F("search_key")
JOINED = Replace(Replace(KEY, Value(","), Value("")), Value(" "), Value(""))


class _Contains(Func):
    """Whether a column has a word in it. SQLite's LIKE would look at every letter's case;
    PostgreSQL's finds a word in half the time of STRPOS, which goes on to count the letters."""

    output_field = BooleanField()
    template = "INSTR(%(expressions)s) > 0"

    def as_postgresql(self, compiler, connection):
        column, word = self.get_source_expressions()
        pattern = Value(f"%{connection.ops.prep_for_like_query(word.value)}%")
        like = Func(column, pattern, output_field=self.output_field)
        return like.as_sql(compiler, connection, template="%(expressions)s", arg_joiner=" LIKE ")


def _contains(text, word):
    return Q(_Contains(text, Value(word)))


def matching_words(rows, words):
    """Rows whose `search_key` has every word, in any order."""
    for first, *others in search_words(words[:MAX_QUERY])[:MAX_WORDS]:
        either = _contains(KEY, first)
        for other in others:
            # What both ways have comes first: a row without it is asked once.
            either = _contains(KEY, max(other.split(), key=len)) & (either | _contains(KEY, other))
        rows = rows.filter(either)
    return rows


def matching_joined_words(rows, words):
    """The same, whatever blanks and hyphens a key has inside a word: "mcdonald" is Mc Donald,
    "Al-Masri" Almasri. Slower, and it finds more: for when nothing was found."""
    rows = rows.alias(joined=JOINED)
    for word in joined_words(words[:MAX_QUERY])[:MAX_WORDS]:
        rows = rows.filter(_contains(F("joined"), word))
    return rows


def find_namesakes(rows, name):
    """Those of some rows that may be of this name (folding.same_name), those of just this name
    first."""
    words = name_words(name)
    if not words:
        return []
    some = Q()
    for word in words[:MAX_WORDS]:
        some |= _contains(KEY, word)
    if len(words) == 1:  # another may have it in parts, the other way round
        some = Q()
    for letter in set("".join(words)):
        some &= _contains(KEY, letter)
    for one, other in combinations(words[:MAX_WORDS], 2):  # of somebody with fewer names
        some |= _contains(KEY, one) & _contains(KEY, other)
    letters = sorted("".join(words))
    near = [row for row in rows.filter(some).iterator() if same_name(name, row.full_name)]
    return sorted(near, key=lambda row: sorted("".join(name_words(row.full_name))) != letters)


class FoldedSearch:
    """A mixin of a ModelAdmin: each word is in a field as it was typed, or folded in a key."""

    def get_search_results(self, request, queryset, search_term):
        for word in search_term[:MAX_QUERY].replace("\0", "").split()[:MAX_WORDS]:
            either = Q()
            for field in self.search_fields:
                either |= Q((f"{field}__icontains", word))
                if field.endswith("key"):
                    either |= _folded_match(field, word)
            queryset = queryset.filter(either)
        return queryset, False


def _folded_match(field, text):
    every = Q()
    for ways in search_words(text):
        every &= Q(*((f"{field}__contains", way) for way in ways), _connector=Q.OR)
    return every
