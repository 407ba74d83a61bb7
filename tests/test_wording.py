"""One function for each kind of figure and phrase that a person reads: otherwise the same file has
71 KB on one page and 72 on another, and a visit is on "1 août"."""

import json
import re
import subprocess
from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.contrib.admin.utils import display_for_value
from django.template import Context, Template
from django.utils import translation

from core.templatetags import dates
from core.templatetags.units import file_size, with_margin
from core.templatetags.words import phrase

FIRST = date(2026, 8, 1)
SIZES = [1, 511, 1536, 72_190, 73_210, 73_216, 101_000, 999 * 1024, 1_023_487, 1_023_488, 2**20]
SIZES += [1_310_720, 4_404_019, 10 * 2**20, 10_800_000, 999 * 2**20, 1_048_000_000, 3 * 2**29]
MEASURED = [
    (value, margin, "mm")
    for value in (0.1234, 5, 9.999, 41.65, 1234.5)
    for margin in (0, 0.0004, 0.0199, 0.02, 0.1, 0.19, 0.2, 0.97, 1, 1.5, 2, 9.1, 33.3)
]
PHRASES = [
    ["Vue d’ensemble", "Bras"],
    ["Overview", "", "MRI scan", "L5", "Élevée 50 %"],
    ["Dermoscopie", "Œil", "McBurney", "À revoir", "T-zone", "L’aine"],
]


@pytest.mark.parametrize(
    ("write", "french", "english"),
    [
        ("long_day", "1er août 2026", "1 August 2026"),
        ("weekday", "samedi 1er août 2026", "Saturday 1 August 2026"),
        ("short_day", "01/08/2026", "1 Aug 2026"),
    ],
)
def test_the_first_of_a_month(write, french, english):
    for language, text in (("fr", french), ("en", english)):
        with translation.override(language):
            assert getattr(dates, write)(FIRST) == text
            shown = Template(f"{{{{ day|{write} }}}}").render(Context({"day": FIRST}))
            assert shown == text, "as a filter too, without {% load %}"


def test_other_days_and_none():
    with translation.override("fr"):
        assert dates.long_day(date(2026, 8, 11)) == "11 août 2026"
        assert dates.month(FIRST) == "août 2026"
        assert dates.long_day(None) == dates.moment(None) == ""


def test_a_moment_is_in_the_practices_zone_unless_it_has_none():
    """Late on 31 July in UTC is the first of August in Paris; a camera's clock stays as it is."""
    when = datetime(2026, 7, 31, 22, 30, tzinfo=UTC)
    with translation.override("fr"):
        assert dates.moment(when) == "01/08/2026 00:30"
        assert dates.long_day(when) == "1er août 2026"
        assert dates.moment(when.replace(tzinfo=None)) == "31/07/2026 22:30"


@pytest.mark.parametrize(("language", "text"), [("fr", "01/08/2026"), ("en", "1 August 2026")])
def test_the_admin_has_no_other_first_of_the_month(language, text):
    with translation.override(language):
        assert display_for_value(FIRST, "–") == text


def from_the_browser(language, expression, values):
    """What our browser module makes of each value. Its translations are the catalogue's."""
    module = (settings.BASE_DIR / "static/js/components/format.js").read_text()
    with translation.override(language):
        catalogue = {f"%(number)s {unit}": file_size(size).replace("1", "%(number)s")
                     for unit, size in (("KB", 2**10), ("MB", 2**20), ("GB", 2**30))}  # fmt: skip
    program = f"""
        globalThis.document = {{ documentElement: {{ lang: {json.dumps(language)} }} }};
        globalThis.gettext = (text) => ({json.dumps(catalogue)})[text] ?? text;
        globalThis.interpolate = (text, values) =>
            text.replace(/%\\((\\w+)\\)s/g, (whole, name) => values[name]);
        const address = "data:text/javascript," + encodeURIComponent({json.dumps(module)});
        const {{ size, phrase, withMargin }} = await import(address);
        console.log(JSON.stringify({json.dumps(values)}.map({expression})));
    """
    run = ["node", "--input-type=module", "-e", program]
    return json.loads(subprocess.run(run, capture_output=True, check=True, text=True).stdout)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_server_and_browser_write_the_same(language):
    """A clinician reads one size in the upload window and one on the image's page."""
    with translation.override(language):
        assert from_the_browser(language, "size", SIZES) == [file_size(one) for one in SIZES]
        measured = [with_margin(*one) for one in MEASURED]
    assert from_the_browser(language, "(one) => withMargin(...one)", MEASURED) == measured
    assert from_the_browser(language, "phrase", PHRASES) == [phrase(one) for one in PHRASES]


def test_both_catalogues_have_the_same_units():
    catalogues = [
        (settings.BASE_DIR / "locale/fr/LC_MESSAGES" / f"{name}.po").read_text()
        for name in ("django", "djangojs")
    ]
    for unit in ("KB", "MB", "GB"):
        entry = re.compile(rf'msgid "(%\(number\)s {unit})"\nmsgstr "(.+)"')
        server, browser = (entry.search(text).groups() for text in catalogues)
        assert server == browser


def test_only_what_comes_first_has_a_capital():
    """Or an alternative text reads "Vue d'ensemble, Bras"."""
    assert phrase(PHRASES[0]) == "Vue d’ensemble, bras"
    assert phrase(PHRASES[1]) == "Overview, MRI scan, L5, élevée 50 %"
    assert phrase(PHRASES[2]) == "Dermoscopie, œil, McBurney, à revoir, t-zone, l’aine"
    assert phrase([]) == phrase(["", None]) == ""


# What readers stumbled over, and which words took their place.
FORMER = {
    "msgid": {"second factor", "telephone", "whoever", "is to stand", "works for", "parted by"},
    "msgstr": {
        "lésion primaire",
        "sur-exposée",
        "avez été déconnecté",
        "ne sont pas parties",
        "qui apprend",
    },
}


@pytest.mark.parametrize("name", ["django", "djangojs"])
def test_former_words_stay_away(name):
    """Nobody writes "second factor" beside "two-factor authentication"; French has a space that
    never breaks before a colon."""
    text = (settings.BASE_DIR / f"locale/fr/LC_MESSAGES/{name}.po").read_text()
    assert "\nmsgid" in text
    kind, found = "", []
    for line in text.splitlines():
        if line.startswith("msg"):
            kind = line.split()[0].split("[")[0].removesuffix("_plural")
        found += [(word, line) for word in FORMER.get(kind, ()) if word in line.lower()]
        if kind == "msgstr" and re.search(r"\w [:;?!»]|« ", line):
            found.append(("space", line))
    assert not found


# What would format a date or a size beside the two functions. A machine's formats are none.
ELSEWHERE = {
    ".py": r"(?:date|time)_?format\b|strftime\(|filesizeformat|_\(\"[^\"]*\b[KMG]B\b",
    ".html": r"\|\s*(?:date|time)\b(?!:\"(?:c|Y-m-d|T)\")|filesizeformat|timesince|\{% now\b",
    ".txt": r"\|\s*(?:date|time)\b|filesizeformat",
    ".js": r"DateTimeFormat|RelativeTimeFormat|toLocale\w*String|[KMG]B\"\)|\b(?:kilo|mega)byte",
}
HOMES = {"core/templatetags/dates.py", "core/templatetags/units.py"}
HOMES |= {"static/js/components/format.js"}


ROOM = re.compile(r"(?!static$|tests$|testing$|tools$|findings$|node_modules$|var$)\w+")


def written_elsewhere(root=settings.BASE_DIR):
    rooms = [path for path in root.iterdir() if path.is_dir() and ROOM.fullmatch(path.name)]
    for path in (path for room in [*rooms, root / "static/js"] for path in room.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.suffix not in ELSEWHERE or name in HOMES or {"tests", "migrations"} & {*path.parts}:
            continue
        for line in path.read_text().splitlines():
            if found := re.search(ELSEWHERE[path.suffix], line):
                yield name, found[0]


def test_dates_and_sizes_have_one_function():
    assert not list(written_elsewhere())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("templates/x.html", '{{ day|date:"DATE_FORMAT" }}'),
        ("templates/x.txt", "{{ day|date }}"),
        ("exports/x.py", 'date_format(day, "j F Y")'),
        ("gallery/x.py", '_("%(size)d MB")'),
        ("static/js/x.js", "new Intl.DateTimeFormat(lang)"),
        ("static/js/x.js", 'gettext("%(size)s MB")'),
    ],
)
def test_another_way_is_found(tmp_path, name, text):
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert list(written_elsewhere(tmp_path))
