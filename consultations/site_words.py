"""The body sites that a doctor's words name, in French and English: "nævus avant-bras gauche".

A word that means several sites (the forearm has a front and a back) gives them all; whoever reads
decides. Text is folded (core/folding.py), whole words are compared, plurals are their singulars.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from core.folding import fold

from .vocabulary import Laterality

# Codes of consultations/vocabulary.py, and the phrases that mean one of them. What joins the words
# of a phrase ("dos de la main") and its side ("back of the left hand") is left out.
_SITES: dict[tuple[str, ...], str] = {
    ("43067004",): "cuir chevelu, scalp, crane, vertex",
    ("68698007",): "front, frontal, frontale, forehead",
    ("16621002",): "tempe, temple, temporal, temporale",
    ("367577003",): "sourcil, eyebrow",
    ("41310005", "40069000"): "paupiere, eyelid, palpebral, palpebrale",
    ("41310005",): "paupiere superieure, upper eyelid",
    ("40069000",): "paupiere inferieure, lower eyelid",
    ("113179006",): "nez, nose, nasal, nasale, aile nez",
    ("36141000",): "joue, cheek, pommette, jugal, jugale, malaire",
    ("1902009",): "oreille, ear, auricule, helix, lobule, lobe, lobe oreille, earlobe",
    ("86719006",): "preauriculaire, preauricular, devant oreille, front ear",
    ("24483006",): "retroauriculaire, postauricular, derriere oreille, behind ear, back ear",
    ("16251004", "66934001"): "levre, lip",
    ("16251004",): "levre superieure, upper lip",
    ("66934001",): "levre inferieure, lower lip",
    ("113277000",): "muqueuse buccale, muqueuse jugale, oral mucosa",
    ("23747009",): "menton, chin",
    ("244097004",): "machoire, jaw, jawline, mandibule, mandibulaire",
    ("11584001", "5272005", "4658004"): "cou, neck, cervical, cervicale",
    ("4658004",): "nuque, nape, back neck",
    ("5272005",): "side neck",
    ("244106003",): "poitrine, chest, thorax, sternum, presternal, presternale, decollete",
    ("54468004",): "mamelon, nipple, areole, areola",
    ("76261009",): "aisselle, armpit, axilla, axillaire, axillary",
    ("75093004",): "abdomen, ventre, belly, abdominal, abdominale",
    ("315003",): "nombril, ombilic, navel, umbilicus",
    ("66643007",): "dos, back",
    ("699893008",): "haut dos, upper back",
    ("130323",): "milieu dos, mid back, middle back",
    ("113182001",): "bas dos, lower back, lombes, lombaire, lumbar, reins",
    ("371311000",): "membre superieur, membre superieur entier, whole arm",
    ("371311000", "45981001", "72939005"): "bras, arm",
    ("45981001", "72939005"): "upper arm",
    ("72939005",): "back arm, back upper arm, arriere bras",
    ("17957002",): "pli coude, elbow crease, antecubital, saignee",
    ("181536004",): "coude, elbow",
    ("70559009", "41550009"): "avant bras, forearm",
    ("41550009",): "back forearm, dos avant bras",
    ("70559009",): "front forearm",
    ("24527008", "52876008"): "poignet, wrist",
    ("52876008",): "dos poignet, back wrist",
    ("70887009", "281642007"): "main, hand",
    ("70887009",): "paume, paume main, palm, palm hand",
    ("281642007",): "dos main, back hand, dorsum hand",
    ("244169007",): "doigt, finger, pouce, thumb, index, majeur, annulaire, auriculaire",
    ("770809003",): "ongle main, ongle doigt, ongle pouce, fingernail, thumbnail",
    ("371304004",): "membre inferieur, membre inferieur entier, whole leg",
    ("371304004", "25763004", "47224004"): "jambe, leg, lower leg",
    ("61248009", "73958006", "4578000"): "cuisse, thigh",
    ("4578000",): "back thigh, arriere cuisse",
    ("61248009",): "front thigh",
    ("181553006",): "genou, knee",
    ("84507004",): "creux poplite, poplite, popliteal, hollow knee, back knee",
    ("25763004",): "shin, tibia, crete tibiale, pretibial, pretibiale, front leg",
    ("47224004",): "mollet, calf, calves, back leg",
    ("181563003", "181564009"): "cheville, ankle, malleole",
    ("84607009",): "talon, heel",
    ("60496002",): "pied, foot, feet, dos pied, cou pied, top foot",
    ("130317",): "plante, plante pied, plante avant pied, avant pied, sole, sole foot, "
    "sole forefoot, forefoot, plantaire, plantar",
    ("52034004",): "orteil, toe, gros orteil, big toe, hallux",
    ("770805009",): "ongle orteil, ongle pied, ongle gros orteil, toenail",
    ("770809003", "770805009"): "ongle, nail",
    ("39687006",): "aine, groin, inguinal, inguinale",
    ("22180002",): "fesse, buttock, fessier, fessiere",
    ("60944009",): "organes genitaux, organes genitaux externes, external genitalia, genitalia, "
    "penis, gland, vulve, vulva, scrotum",
    ("48014002",): "perinee, perineum",
    ("59112000",): "anus, anal, anale",
    # Places without a code of their own: beside one of them nothing is certain.
    (): "visage, face, tete, head, tronc, trunk, epaule, shoulder, sein, breast, flanc, hanche, "
    "hip, omoplate, scapula, corps, body, membre, limb",
}
# Words that tell the sites of one region apart.
_FRONT = {"45981001", "70559009", "61248009", "25763004", "11584001"}
_BACK = {"72939005", "41550009", "4578000", "47224004", "52876008", "281642007", "4658004"}
_INNER, _OUTER = {"73958006", "181563003"}, {"181564009", "5272005"}
_PALM = {"24527008", "70887009"}
_QUALIFIERS = {
    **dict.fromkeys(("anterieur", "anterieure", "anterior", "front"), _FRONT),
    **dict.fromkeys(("posterieur", "posterieure", "posterior", "back"), _BACK),
    **dict.fromkeys(("interne", "medial", "mediale", "inner"), _INNER),
    **dict.fromkeys(("externe", "lateral", "laterale", "outer"), _OUTER),
    **dict.fromkeys(("palmaire", "palmar"), _PALM),
    **dict.fromkeys(("dorsal", "dorsale"), _BACK),
}
_ALONE = {  # what such a word means where no site is named
    **dict.fromkeys(("palmaire", "palmar"), "70887009"),
    **dict.fromkeys(("dorsal", "dorsale"), "66643007"),
}
_SIDES = {
    **dict.fromkeys(("left", "gauche"), Laterality.LEFT),
    **dict.fromkeys(("right", "droit", "droite"), Laterality.RIGHT),
    **dict.fromkeys(
        ("bilateral", "bilaterale", "bilateraux", "both"),
        Laterality.BILATERAL,
    ),
}
_INITIALS = {"G": Laterality.LEFT, "D": Laterality.RIGHT}  # "genou D", right after the site
_JOINING = {"de", "du", "des", "d", "la", "le", "les", "l", "the", "of", "a", "au", "aux", "sur"}
_JOINING |= {"on", "in", "un", "une", "his", "her"}
_BREAKING = {"et", "and", "ou", "or", "puis", "then", "avec", "with", *",;:.()/+&"}
_ENGLISH = {"the", "of", "on", "left", "right", "and", "both", "with", "or", "from", "at", "mole"}
_ENGLISH |= {"back", "neck", "arm", "forearm", "hand", "leg", "thigh", "knee", "wrist", "ankle"}
_FRENCH = {"de", "du", "des", "la", "le", "les", "gauche", "droit", "droite", "et", "sur", "au"}
_FALSE_FRIENDS = {"main", "front"}  # in English neither is a hand or a forehead
_TOKEN = re.compile(r"\w+|[,;:.()/+&]")


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] in "sx" else word


def _phrases() -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for codes, phrases in _SITES.items():
        for phrase in phrases.split(", "):
            yield tuple(map(_singular, phrase.split())), codes


_CODES = dict(_phrases())
_LONGEST = max(map(len, _CODES))


def _phrase(words: list[str]) -> tuple[str, ...]:
    """What is looked up; a false friend, marked by `_split`, means something in a phrase only."""
    return tuple(word.lstrip("-") for word in words) if len(words) > 1 else tuple(words)


class Reading(NamedTuple):
    """The codes of the sites that are meant, and the side, or "". `certain`: they are one place."""

    sites: tuple[str, ...] = ()
    side: str = ""
    certain: bool = False


def read_sites(text: str) -> Reading:
    """What a text says about where something is. Where it names several places it is not certain,
    and tells no side, for that may belong to any of them."""
    words, sides = _split(text)
    regions, rest, initials = _find_regions(words)
    places = [codes for codes in dict.fromkeys(regions) if codes]
    if not regions:
        places = list(dict.fromkeys((_ALONE[word],) for word in rest if word in _ALONE))
    if len(places) != 1 or () in regions:
        named = dict.fromkeys(code for codes in places for code in codes)
        return Reading(tuple(named))
    (sites,) = places
    for word in rest:
        sites = tuple(code for code in sites if code in _QUALIFIERS.get(word, sites)) or sites
    sides |= initials
    return Reading(sites, sides.pop() if len(sides) == 1 else "", certain=True)


def _split(text: str) -> tuple[list[str], set[str]]:
    """The words that may name a site, "" between parts of the text, and the sides."""
    tokens = [(token if token in _INITIALS else fold(token)) for token in _TOKEN.findall(text)]
    english = sum(token in _ENGLISH for token in tokens) > sum(token in _FRENCH for token in tokens)
    words: list[str] = []
    sides: set[str] = set()
    for token in tokens:
        word = _singular(token)
        if token in _BREAKING:
            words.append("")
        elif side := _SIDES.get(token) or _SIDES.get(word):
            sides.add(side)
        elif token not in _JOINING:
            words.append(f"-{token}" if english and token in _FALSE_FRIENDS else word)
    return words, sides


def _find_regions(words: list[str]) -> tuple[list[tuple[str, ...]], set[str], set[str]]:
    """The codes of each phrase, the longest that is there; the words in none; sides by initial."""
    regions: list[tuple[str, ...]] = []
    rest: set[str] = set()
    initials: set[str] = set()
    at = 0
    while at < len(words):
        lengths = range(min(_LONGEST, len(words) - at), 0, -1)
        length = next((n for n in lengths if _phrase(words[at : at + n]) in _CODES), 0)
        following = words[at + length] if at + length < len(words) else ""
        if words[at] == "face" and following in _QUALIFIERS:
            length = 0  # "face antérieure": a surface, not the face
        elif length:
            regions.append(_CODES[_phrase(words[at : at + length])])
            initials |= {_INITIALS[following]} if following in _INITIALS else set()
        if not length:
            rest.add(words[at].lstrip("-"))
        at += length or 1
    return regions, rest, initials
