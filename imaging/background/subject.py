"""Engine `general`: a salient-object network locates the subject (onnxruntime, CPU)."""

import os

import cv2
import numpy as np

# Since 1.29 onnxruntime keeps an identifier and a database on disk and sends telemetry, on Linux
# too, from its import on: its function to disable that comes too late for the first report.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime

from . import weights

MIN_PROBABILITY = 0.5  # that must be reached somewhere: else there is no subject
_MAX_BOX = 0.5  # share of the frame: a subject in a smaller box is refined
_MARGIN = 0.12  # of the subject's box, around it
_EDGE_ERROR = 2.5  # pixels of the network: how far its outline may be off


class SubjectDetector:
    """A network, loaded once and used for many pictures. Raises WeightsMissing."""

    def __init__(self, name: str, folder: str, sha256: str) -> None:
        self.network = weights.NETWORKS[name]
        path, self.sha256 = weights.verified(name, folder, sha256)
        options = onnxruntime.SessionOptions()
        # No arena: it would keep the peak memory of one picture for the next.
        options.enable_cpu_mem_arena = False
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 4
        self.session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self.input = self.session.get_inputs()[0].name
        self.output = self.session.get_outputs()[0].name

    def find(self, picture: np.ndarray) -> np.ndarray | None:
        """The probability that each pixel of an RGB picture (h, w, 3; uint8) is the subject: (h, w)
        float32, 0 to 1. None where there is no subject.

        A subject that fills little of the frame is refined on a crop: the network only sees a few
        hundred pixels a side.
        """
        height, width = picture.shape[:2]
        probability = self._predict(picture)
        if probability.max() < MIN_PROBABILITY:
            return None
        size = (width, height)
        probability = cv2.resize(probability, size, interpolation=cv2.INTER_CUBIC).clip(0, 1)
        if (box := _box_of(probability)) is not None:
            self._refine(picture, probability, box)
        return probability

    def _refine(
        self, picture: np.ndarray, probability: np.ndarray, box: tuple[int, int, int, int]
    ) -> None:
        """Replace the outline by a prediction on the box alone. What is well inside or outside is
        kept: in a close-up the network may take a part for the whole."""
        top, bottom, left, right = box
        region = probability[top:bottom, left:right]  # a view: written to below
        detail = self._predict(picture[top:bottom, left:right])
        detail = cv2.resize(detail, (right - left, bottom - top), interpolation=cv2.INTER_CUBIC)
        radius = max(2, round(_EDGE_ERROR * max(picture.shape[:2]) / self.network.side))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
        inside = (region > MIN_PROBABILITY).astype(np.uint8)
        edge = cv2.morphologyEx(inside, cv2.MORPH_GRADIENT, kernel, borderType=cv2.BORDER_REPLICATE)
        region[edge > 0] = detail.clip(0, 1)[edge > 0]

    def _predict(self, picture: np.ndarray) -> np.ndarray:
        """(side, side) float32, 0 to 1."""
        net = self.network
        small: np.ndarray = _resized(picture, net.side).astype(np.float32)
        small /= max(1.0, small.max())
        small = (small - np.array(net.mean, np.float32)) / np.array(net.std, np.float32)
        output = self.session.run(
            [self.output], {self.input: np.ascontiguousarray(small.transpose(2, 0, 1)[None])}
        )[0]
        output = np.asarray(output, np.float32).reshape(output.shape[-2:])
        if net.sigmoid:
            output = 1 / (1 + np.exp(-output))
        return np.nan_to_num(output).clip(0, 1)


def _resized(picture: np.ndarray, side: int) -> np.ndarray:
    shrinks = min(picture.shape[:2]) >= side
    return cv2.resize(
        picture, (side, side), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    )


def _box_of(probability: np.ndarray) -> tuple[int, int, int, int] | None:
    """(top, bottom, left, right) around the subject with a margin; None where it is too large, or
    too small, to refine."""
    height, width = probability.shape
    subject = probability > MIN_PROBABILITY
    rows, columns = (np.flatnonzero(subject.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    edges: list[int] = []
    for positions, side in ((rows, height), (columns, width)):
        first, last = positions[0], positions[-1] + 1
        margin = _MARGIN * (last - first) + 0.03 * side
        edges += [max(0, int(first - margin)), min(side, int(last + margin))]
    top, bottom, left, right = edges
    if (bottom - top) * (right - left) > _MAX_BOX * height * width:
        return None
    return (top, bottom, left, right) if min(bottom - top, right - left) >= 16 else None
