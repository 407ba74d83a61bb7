#!/usr/bin/env bash
# anyascii 0.3.3: one Catalan name becomes two, by how its keyboard writes the doubled l.
#
# Gal·la is written with a middle dot (U+00B7) or with the letter ŀ (U+0140), which Unicode calls
# compatible (NFKD of ŀ is l and U+00B7). anyascii makes a hyphen of the first and nothing of the
# second, so that whoever folds names with it alone files one person twice.
# Output seen:
#   Gal-la Galla same by NFKD: True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check anyascii==0.3.3
seen=$("$folder/venv/bin/python" - <<'PYTHON'
from unicodedata import normalize

from anyascii import anyascii

dot, letter = "Gal\u00b7la", "Ga\u0140la"
same = normalize("NFKD", dot) == normalize("NFKD", letter)
print(anyascii(dot), anyascii(letter), "same by NFKD:", same)
PYTHON
)
echo "$seen"
[ "$seen" = "Gal-la Galla same by NFKD: True" ] || { echo "anyascii does something else now." >&2; exit 1; }
