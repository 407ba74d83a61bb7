"""How text is looked for: the same on every database, accents and case aside."""

import unicodedata

MAX_QUERY, MAX_WORDS = 200, 8  # of a search: characters, words


def search_key(*texts):
    """How text is compared: "LEFÈVRE" and "lefevre" are one."""
    decomposed = unicodedata.normalize("NFKD", " ".join(texts))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def with_words(rows, words):
    """Rows whose `search_key` has every word, in any order."""
    for word in search_key(words[:MAX_QUERY]).replace("\0", "").split()[:MAX_WORDS]:
        rows = rows.filter(search_key__contains=word)
    return rows
