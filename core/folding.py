"""One folding for everything that is looked for or held against another: patients, the guard
against namesakes, titles, tags, the admin.

What is the same to a reader becomes the same characters, by data that others keep: Unicode's own
(decomposition, case, categories, decimals) and, for Latin letters that it leaves whole (ø ł đ ı ß æ
þ ħ) and all the marks that stand for an apostrophe or a hyphen, `anyascii` (after CLDR's
Latin-ASCII). Other scripts keep their letters: two names that are spelt alike in Latin are not one.
"""

import re
import unicodedata
from collections import Counter

from anyascii import anyascii

MAX_CACHED = 20_000  # characters remembered: those of any practice, not those of an attack

# Where Unicode has no relation between what keyboards of Arabic, Persian and Urdu give for one
# letter; and the dots that part the syllables of a name (Gal·la, 买买提·艾力, ジョン・スミス).
_LETTERS = str.maketrans("ىیکةەہھٱ", "ييكهههها") | dict.fromkeys(map(ord, "·•∙⋅・‧"), "'")
# Of what Unicode combines with a letter: points of Hebrew and Arabic, and accents. The others are
# letters to their readers: vowels of Thai and Lao, the voiced sounds of Japanese, Indic signs.
_ACCENTS = {1, *range(10, 37), *range(200, 256)}
_EDGES = '.,;:!?()[]{}<>"،؛、。…'
_MAX_NAME_WORDS = 12  # words of a name
_INVISIBLE = re.compile(r"VARIATION SELECTOR|FILLER$|GRAPHEME JOINER|TATWEEL")  # that are no Cf
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'|'(?=[^\W\d_])")
_HYPHEN = re.compile(r"(?<=\w)-|-(?!\d)")  # no minus


class _FoldingTable(dict):
    """What each character becomes, for str.translate; found out once."""

    def __missing__(self, code):
        if len(self) >= MAX_CACHED:
            self.clear()
        text = self[code] = _fold_character(chr(code))
        return text


_table = _FoldingTable()


def _fold_character(c):
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


def _punctuation(c, kind, latin):
    """The one sign of all that look like it: ' - or "."""
    if kind == "Pd":
        return "-"
    plain = anyascii(c) if latin or kind == "Lm" or kind[0] in "PS" else ""
    if plain in ("'", "`"):
        return "'"
    if kind[0] in "PS" and plain == "-":
        return "-"
    return '"' if kind in ("Pi", "Pf") or (kind[0] == "P" and plain == '"') else ""


def fold(text):
    """Small letters without accents, plain apostrophes and hyphens, nothing unseen, single blanks.
    Without NUL, which PostgreSQL refuses to look for."""
    plain = text.isascii() and text.isprintable() and "`" not in text
    return " ".join((text.lower() if plain else text.translate(_table)).split())


def search_key(*texts):
    """How text is stored to be found: "LEFÈVRE" and "lefevre" are one, "Nævus" and "naevus" too.
    Folding twice changes nothing.

    A hyphen is a blank, for Jean-Pierre is often written as two words; -20 keeps its sign. An
    apostrophe at a letter is left out: O’Brien, O'Brien and OBrien are one, and 5' keeps it.
    """
    plain = fold(" ".join(texts))
    return _strip_marks(plain) or plain  # a tag may be a hyphen


def search_words(text):
    """For each word that is looked for, how a key may have it: one way, or two.

    What a hyphen joins stays together, or file A-12 would be every name with an "a" and a 12. Who
    types O'Brien means O Brien, too. A full stop or a bracket around a word is no part of it.
    """
    typed = fold(text).split()
    spelt = []
    for word in (word.strip(_EDGES) for word in typed):
        ways = (_strip_marks(word), _strip_marks(_APOSTROPHE.sub(" ", word)))
        spelt.append(list(dict.fromkeys(way for way in ways if way)))
    return [ways for ways in spelt if ways] or [[word] for word in typed]


def joined_words(text):
    """The words that are looked for, each without the blanks, hyphens and marks inside it."""
    return [ways[0].replace(" ", "") for ways in search_words(text)]


def name_words(name):
    """The words of a name, as a key has them: "DUPONT, Marie (née Petit)" is dupont, marie, nee and
    petit."""
    words = (word.strip(_EDGES) for word in search_key(name).replace(",", " ").split())
    return [word for word in words if word]


def same_name(one, other):
    """Whether two names may be one person's: one has every word of the other, which has more than
    one, in any order, for a file has the surname first and some have a third name; or whether only
    order and blanks differ: Omar Al-Masri is ALMASRI Omar, O Brien O'Brien."""
    words, others = name_words(one), name_words(other)
    fewer, more = sorted((words, others), key=len)
    if len(fewer) > 1 and not Counter(fewer) - Counter(more):
        return True
    if sorted("".join(words)) != sorted("".join(others)) or len(more) > _MAX_NAME_WORDS:
        return False
    return _can_be_joined_from(fewer, more) or _can_be_joined_from(more, fewer)


def _can_be_joined_from(words, parts):
    """Whether the words are the parts in some order, written together here and there."""
    left = {tuple(sorted(parts))}
    for word in words:
        left = {rest for some in left for rest in _remaining_parts(some, word)}
    return () in left


def _remaining_parts(parts, word):
    """What may be left of the sorted parts when some of them have made the word. By how much of it
    is made: whatever the order in which the same parts came, they are looked at once."""
    reached = [{parts}, *(set() for _ in word)]
    for at in range(len(word)):
        for some in reached[at]:
            for part in set(some):
                if word.startswith(part, at):
                    place = some.index(part)
                    reached[at + len(part)].add(some[:place] + some[place + 1 :])
    return reached[-1]


def _strip_marks(plain):
    if "'" in plain:
        plain = _APOSTROPHE.sub("", plain)
    if "-" in plain:
        plain = _HYPHEN.sub(" ", plain)
    return " ".join(plain.split())
