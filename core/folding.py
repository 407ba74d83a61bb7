"""One folding for everything that is looked for or held against another: patients, the guard
against namesakes, titles, tags, the admin.

What is the same to a reader becomes the same characters, by data that others keep: Unicode's own
(decomposition, case, categories, decimals) and, for Latin letters that it leaves whole (ø ł đ ı ß æ
þ ħ) and all the marks that stand for an apostrophe or a hyphen, `anyascii` (after CLDR's
Latin-ASCII). Other scripts keep their letters: two names that are spelt alike in Latin are not one.
"""

import re
import unicodedata

from anyascii import anyascii

MOST = 20_000  # characters remembered: those of any practice, not those of an attack

# Where Unicode has no relation between what keyboards of Arabic, Persian and Urdu give for one
# letter; and the Catalan dot, which anyascii takes for a hyphen.
_LETTERS = str.maketrans("ىیکةەہ·", "ييكههه'")
_UNSEEN = re.compile(r"VARIATION SELECTOR|FILLER$|GRAPHEME JOINER|TATWEEL")  # that are no Cf
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'|'(?=[^\W\d_])")
_HYPHEN = re.compile(r"(?<=\w)-|-(?!\d)")  # no minus


class _Folded(dict):
    """What each character becomes, for str.translate; found out once."""

    def __missing__(self, code):
        if len(self) >= MOST:
            self.clear()
        text = self[code] = _folded(chr(code))
        return text


_table = _Folded()


def _folded(c):
    kind, name = unicodedata.category(c), unicodedata.name(c, "")
    if c.isspace() or kind[0] == "Z":
        return " "
    if kind in ("Cc", "Cf", "Cs") or unicodedata.combining(c) or _UNSEEN.search(name):
        return ""
    if (other := c.translate(_LETTERS)) != c:
        return other
    latin = name.startswith("LATIN ")
    if mark := _mark(c, kind, latin):
        return mark
    for simpler in (unicodedata.normalize("NFKD", c), c.casefold()):
        if simpler != c:
            return simpler.translate(_table)
    if (digit := unicodedata.decimal(c, None)) is not None:
        return str(digit)
    return anyascii(c).lower() or c if latin else c


def _mark(c, kind, latin):
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
    plain = text.isascii() and text.isprintable()
    return " ".join((text.lower() if plain else text.translate(_table)).split())


def search_key(*texts):
    """How text is stored to be found: "LEFÈVRE" and "lefevre" are one, "Nævus" and "naevus" too.
    Folding twice changes nothing.

    A hyphen is a blank, for Jean-Pierre is often written as two words; -20 keeps its sign. An
    apostrophe at a letter is left out: O’Brien, O'Brien and OBrien are one, and 5' keeps it.
    """
    plain = fold(" ".join(texts))
    return _without_marks(plain) or plain  # a tag may be a hyphen


def search_words(text):
    """For each word that is looked for, how a key may have it: one way, or two.

    What a hyphen joins stays together, or file A-12 would be every name with an "a" and a 12. Who
    types O'Brien means O Brien, too.
    """
    typed = fold(text).split()
    spelt = []
    for word in (word.strip(",;") for word in typed):
        ways = (_without_marks(word), _without_marks(_APOSTROPHE.sub(" ", word)))
        spelt.append(list(dict.fromkeys(way for way in ways if way)))
    return [ways for ways in spelt if ways] or [[word] for word in typed]


def name_words(name):
    """The words of a name, as a key has them: DUPONT, Marie is dupont and marie."""
    return search_key(name).replace(",", " ").split()


def same_name(one, other):
    """Whether each word of one is in the other, in any order, for a file has the surname first; or
    whether only blanks are elsewhere: Al-Masri is Almasri, O Brien O'Brien."""
    words, others = name_words(one), name_words(other)
    return set(words) <= set(others) or "".join(words) == "".join(others)


def _without_marks(plain):
    if "'" in plain:
        plain = _APOSTROPHE.sub("", plain)
    if "-" in plain:
        plain = _HYPHEN.sub(" ", plain)
    return " ".join(plain.split())
