"""Which body site a doctor's words name. A wrong guess would be a record that nobody typed."""

import pytest
from django.utils.translation import override

from consultations.site_words import read_sites
from consultations.vocabulary import BODY_SITES

BY_NAME = {site.meaning.removeprefix("Skin of "): code for code, site in BODY_SITES.items()}
NOSE, BACK, KNEE, CALF = (
    BY_NAME[name]
    for name in ("nose", "back", "anterior surface of knee", "posterior surface of lower leg")
)
PALM, HAND = BY_NAME["palm of hand"], BY_NAME["part of dorsal surface of hand"]
FOREARM = (BY_NAME["anterior surface of forearm"], BY_NAME["posterior surface of forearm"])
THIGH_FRONT = BY_NAME["anterior surface of thigh"]
THIGH_BACK = BY_NAME["posterior surface of thigh"]


@pytest.mark.parametrize(
    ("text", "sites", "side"),
    [
        ("Nævus avant-bras gauche", FOREARM, "left"),
        ("mole on the left forearm", FOREARM, "left"),
        ("AVANT-BRAS G", FOREARM, "left"),
        ("Lésion de l’aile du nez", (NOSE,), ""),
        ("nævus du dos, contrôle annuel", (BACK,), ""),
        ("nævus dorsal", (BACK,), ""),
        ("Genoux, bilatéral", (KNEE,), "bilateral"),
        ("both knees", (KNEE,), "bilateral"),
        ("genou D", (KNEE,), "right"),
        ("Vitamine D, mollet", (CALF,), ""),
        ("Dos de la main gauche", (HAND,), "left"),
        ("back of the left thigh", (THIGH_BACK,), "left"),
        ("face antérieure de la cuisse droite", (THIGH_FRONT,), "right"),
        ("main concern: mole on the back", (BACK,), ""),
        ("avant-bras gauche et droit", FOREARM, ""),
        ("Contrôle annuel", (), ""),
        ("", (), ""),
    ],
)
def test_words_name_a_site_and_its_side(text, sites, side):
    assert read_sites(text)[:2] == (sites, side)


@pytest.mark.parametrize(
    ("text", "sites"),
    [
        ("dos et main droite", {BACK, PALM, HAND}),
        ("dos, main droite", {BACK, PALM, HAND}),
        ("left forearm, back", {*FOREARM, BACK}),
        ("visage et dos", {BACK}),  # the face has no code of its own
        ("whole body, back", {BACK}),
    ],
)
def test_several_places_are_not_certain_and_tell_no_side(text, sites):
    """The side belongs to one of them, and nobody knows to which."""
    reading = read_sites(text)
    assert ({*reading.sites}, reading.side, reading.certain) == (sites, "", False)


@pytest.mark.parametrize("text", ["abdos", "surdos", "cougar", "Mme Lenez", "droiture"])
def test_parts_of_words_name_nothing(text):
    assert read_sites(text) == ((), "", False)


@pytest.mark.parametrize("site", BODY_SITES.values(), ids=lambda site: site.meaning)
def test_our_own_names_of_a_site_mean_it(site):
    """In French exactly; in English "Forearm, back" might be two places, of which this is one."""
    with override("fr"):
        assert read_sites(str(site.label)) == ((site.code,), "", True)
    with override("en"):
        reading = read_sites(str(site.label))
    assert site.code in reading.sites
    assert reading.sites == (site.code,) or ", " in str(site.label)
