"""How text is looked for: one folding for patients, tags, titles, admin, on every database."""

import unicodedata

from anyascii import anyascii
from django.db.models import F, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

MAX_QUERY, MAX_WORDS = 200, 8  # of a search: characters, words
_REMEMBERED = 20_000  # characters: a stranger's query does not fill the memory


class _Folding(dict):
    """{code point: what it is compared by}, worked out when a character is first met.

    Unicode decides: compatibility decomposition without the marks, case folding. Letters that it
    leaves whole (ø, ł, đ, ı, þ) become what they are typed as, and punctuation its ASCII likeness,
    by `anyascii` (after CLDR's Latin-ASCII). Other scripts keep their letters: two names that a
    transliteration makes alike are not one. What nobody sees (soft hyphen, zero-width characters,
    variation selectors, controls) is nothing.
    """

    def __missing__(self, code):
        folded = _folded(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = folded
        return folded


def _folded(character):
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category[0] == "C":
        return ""
    if category[0] in "PS" or unicodedata.name(character, "").startswith("MODIFIER LETTER"):
        ascii_like = anyascii(character)
        if len(ascii_like) == 1 and not ascii_like.isalnum():
            character = ascii_like
    # Nobody types them the same way twice: O'Brien is OBrien, Jean-Pierre is Jean Pierre.
    if character in "'`":
        return ""
    if character == "-":
        return " "
    letters = unicodedata.normalize("NFKD", character)
    return "".join(_letter(letter) for letter in letters if not unicodedata.combining(letter))


def _letter(letter):
    latin = not letter.isascii() and unicodedata.name(letter, "").startswith("LATIN")
    return anyascii(letter).lower() if latin else letter.casefold()


_FOLDING = _Folding()


def search_key(*texts):
    """How text is compared: "LEFÈVRE" and "lefevre" are one, "Nævus" and "naevus", "O’Brien" and
    "O'Brien" too. Words are parted by one space. Folding twice changes nothing."""
    text = " ".join(texts)
    folded = " ".join(text.translate(_FOLDING).split())
    # A tag that is all punctuation is still a tag of its own.
    return folded or " ".join(text.replace("\0", "").casefold().split())


def with_words(rows, words):
    """Rows whose `search_key` has every word, in any order."""
    for word in search_key(words[:MAX_QUERY]).split()[:MAX_WORDS]:
        rows = rows.filter(GreaterThan(StrIndex(F("search_key"), Value(word)), 0))
    return rows


class FoldedSearch:
    """A mixin of a ModelAdmin: its search finds what was typed, and what it folds to."""

    def get_search_results(self, request, queryset, search_term):
        typed, many = super().get_search_results(request, queryset, search_term)
        folded, more = super().get_search_results(request, queryset, search_key(search_term))
        return typed | folded, many or more
