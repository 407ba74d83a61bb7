"""One folding for all text that is searched or compared: patients, the guard against namesakes,
titles, tags, the admin.

What looks the same to a reader becomes the same characters, by published data: Unicode's own
(decomposition, case, categories, decimals) and `anyascii` (after CLDR's Latin-ASCII) for the Latin
letters that Unicode does not decompose (ø ł đ ı ß æ þ ħ) and for every apostrophe and hyphen.
Other scripts keep their letters: names that are transliterated alike are not the same name.
"""

import re
import unicodedata
from collections import Counter

from anyascii import anyascii

MAX_CACHED = 20_000  # characters: enough for any practice, and a bound under attack

# Unicode does not relate what Arabic, Persian and Urdu keyboards produce for one letter. Also the
# dots that separate the syllables of a name (Gal·la, 买买提·艾力, ジョン・スミス).
_LETTERS = str.maketrans("ىیکةەہھٱ", "ييكهههها") | dict.fromkeys(map(ord, "·•∙⋅・‧"), "'")
# Combining classes of accents and of Hebrew and Arabic points. Other combining characters are
# letters to their readers: Thai and Lao vowels, Japanese voiced sounds, Indic signs.
_ACCENTS = {1, *range(10, 37), *range(200, 256)}
_EDGES = '.,;:!?()[]{}<>"،؛、。…'
_MAX_NAME_WORDS = 12
_INVISIBLE = re.compile(r"VARIATION SELECTOR|FILLER$|GRAPHEME JOINER|TATWEEL")  # not in category Cf
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'|'(?=[^\W\d_])")
_HYPHEN = re.compile(r"(?<=\w)-|-(?!\d)")  # but not a minus sign


class _FoldingTable(dict[int, str]):
    """What each character becomes, for str.translate; worked out on first use."""

    def __missing__(self, code: int) -> str:
        if len(self) >= MAX_CACHED:
            self.clear()
        text = self[code] = _fold_character(chr(code))
        return text


_table = _FoldingTable()


def _fold_character(c: str) -> str:
    kind, name = unicodedata.category(c), unicodedata.name(c, "")
    if c.isspace() or kind[0] == "Z":
        return " "
    accent = unicodedata.combining(c) in _ACCENTS
    if kind in ("Cc", "Cf", "Cs") or accent or _INVISIBLE.search(name):
        return ""
    if (other := c.translate(_LETTERS)) != c:
        return other
    latin = name.startswith("LATIN ")
    if mark := _punctuation(c, kind, latin):
        return mark
    for simpler in (unicodedata.normalize("NFKD", c), c.casefold()):
        if simpler != c:
            return simpler.translate(_table)
    if (digit := unicodedata.decimal(c, None)) is not None:
        return str(digit)
    return anyascii(c).lower() or c if latin else c


def _punctuation(c: str, kind: str, latin: bool) -> str:
    """The plain form of a quote or hyphen (' - or "), or "" for anything else."""
    if kind == "Pd":
        return "-"
    plain = anyascii(c) if latin or kind == "Lm" or kind[0] in "PS" else ""
    if plain in ("'", "`"):
        return "'"
    if kind[0] in "PS" and plain == "-":
        return "-"
    return '"' if kind in ("Pi", "Pf") or (kind[0] == "P" and plain == '"') else ""


def fold(text: str) -> str:
    """Lower case, without accents, with plain apostrophes and hyphens and single spaces, and
    without invisible characters, NUL included: PostgreSQL refuses to search for it."""
    plain = text.isascii() and text.isprintable() and "`" not in text
    return " ".join((text.lower() if plain else text.translate(_table)).split())


def search_key(*texts: str) -> str:
    """The form of a text that searches compare: "LEFÈVRE" and "lefevre" have one key, "Nævus" and
    "naevus" too. Folding twice changes nothing.

    A hyphen becomes a space, because Jean-Pierre is often written as two words; -20 keeps its sign.
    An apostrophe next to a letter is dropped: O’Brien, O'Brien and OBrien are one; 5' keeps it.
    """
    plain = fold(" ".join(texts))
    return _strip_marks(plain) or plain  # a tag may be a hyphen


def search_words(text: str) -> list[list[str]]:
    """For each word of a query, the one or two spellings that a key may have.

    What a hyphen joins stays together, or file A-12 would match every name with an "a" and a 12.
    O'Brien also means O Brien. Full stops and brackets around a word are ignored.
    """
    typed = fold(text).split()
    spellings: list[list[str]] = []
    for word in (word.strip(_EDGES) for word in typed):
        ways = (_strip_marks(word), _strip_marks(_APOSTROPHE.sub(" ", word)))
        spellings.append(list(dict.fromkeys(way for way in ways if way)))
    return [ways for ways in spellings if ways] or [[word] for word in typed]


def joined_words(text: str) -> list[str]:
    """The words of a query, each without the spaces, hyphens and marks inside it."""
    return [ways[0].replace(" ", "") for ways in search_words(text)]


def name_words(name: str) -> list[str]:
    """The folded words of a name: "DUPONT, Marie (née Petit)" gives dupont, marie, nee, petit."""
    words = (word.strip(_EDGES) for word in search_key(name).replace(",", " ").split())
    return [word for word in words if word]


def same_name(one: str, other: str) -> bool:
    """Whether two names may belong to one person.

    Either one has every word of the other, in any order, and the other has more than one word
    (files put the surname first, and some people have a third name); or the two differ only in
    order and spaces: Omar Al-Masri is ALMASRI Omar, O Brien is O'Brien.
    """
    words, others = name_words(one), name_words(other)
    fewer, more = sorted((words, others), key=len)
    if len(fewer) > 1 and not Counter(fewer) - Counter(more):
        return True
    if sorted("".join(words)) != sorted("".join(others)) or len(more) > _MAX_NAME_WORDS:
        return False
    return _can_be_joined_from(fewer, more) or _can_be_joined_from(more, fewer)


def _can_be_joined_from(words: list[str], parts: list[str]) -> bool:
    """Whether each word joins some of the parts, in any order, and every part is used once."""
    left: set[tuple[str, ...]] = {tuple(sorted(parts))}
    for word in words:
        left = {rest for some in left for rest in _remaining_parts(some, word)}
    return () in left


def _remaining_parts(parts: tuple[str, ...], word: str) -> set[tuple[str, ...]]:
    """Which of the sorted parts may remain when the others, joined, spell the word. Grouped by how
    much is spelt, so that equal sets of parts are examined once, whatever their order."""
    reached: list[set[tuple[str, ...]]] = [{parts}, *(set() for _ in word)]
    for at in range(len(word)):
        for some in reached[at]:
            for part in set(some):
                if word.startswith(part, at):
                    place = some.index(part)
                    reached[at + len(part)].add(some[:place] + some[place + 1 :])
    return reached[-1]


def _strip_marks(plain: str) -> str:
    if "'" in plain:
        plain = _APOSTROPHE.sub("", plain)
    if "-" in plain:
        plain = _HYPHEN.sub(" ", plain)
    return " ".join(plain.split())
