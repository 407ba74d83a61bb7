"""Engine `general`: a salient-object network says where the subject is (onnxruntime, CPU)."""

import os

import cv2
import numpy as np

# Since 1.29 onnxruntime keeps an identifier and a database on disk and reports to its makers, on
# Linux too, from its import on; its function for that comes too late for the first report.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime

from . import weights

LEAST = 0.5  # what the network must be sure of somewhere; under it there is no subject
_CLOSER = 0.5  # share of the frame that a subject's box leaves room under for a closer look
_MARGIN = 0.12  # of the subject's box, around it
_EDGE = 2.5  # pixels of the network: how far its outline may be off


class Subject:
    """A network, loaded once; `find` is as often as there are pictures."""

    def __init__(self, name: str, folder: str, sha256: str):
        self.network = weights.NETWORKS[name]
        path, self.sha256 = weights.read(name, folder, sha256)
        options = onnxruntime.SessionOptions()
        # No arena: it keeps for the next picture what this one took at its peak.
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
        """How surely each pixel of an RGB picture (h, w, 3; uint8) is the subject: (h, w) float32,
        0 to 1. None where nothing stands out.

        A subject that fills little of the frame is looked at once more, closer: the network sees
        a few hundred pixels a side.
        """
        height, width = picture.shape[:2]
        sure = self._look(picture)
        if sure.max() < LEAST:
            return None
        sure = cv2.resize(sure, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1)
        if (box := _box_of(sure)) is not None:
            self._look_closer(picture, sure, box)
        return sure

    def _look_closer(self, picture, sure, box):
        """Draw the outline anew from a look at the subject alone. What is well inside or outside
        stays: close to, the network may take a part for the whole."""
        top, bottom, left, right = box
        before = sure[top:bottom, left:right]
        closer = self._look(picture[top:bottom, left:right])
        closer = cv2.resize(closer, (right - left, bottom - top), interpolation=cv2.INTER_CUBIC)
        reach = max(2, round(_EDGE * max(picture.shape[:2]) / self.network.side))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1,) * 2)
        inside = (before > LEAST).astype(np.uint8)
        edge = cv2.morphologyEx(inside, cv2.MORPH_GRADIENT, kernel, borderType=cv2.BORDER_REPLICATE)
        before[edge > 0] = closer.clip(0, 1)[edge > 0]

    def _look(self, picture):
        net = self.network
        small = _resized(picture, net.side).astype(np.float32)
        small /= max(1.0, small.max())
        small = (small - np.float32(net.mean)) / np.float32(net.std)
        found = self.session.run(
            [self.output], {self.input: np.ascontiguousarray(small.transpose(2, 0, 1)[None])}
        )[0]
        found = np.asarray(found, np.float32).reshape(found.shape[-2:])
        if net.sigmoid:
            found = 1 / (1 + np.exp(-found))
        return np.nan_to_num(found).clip(0, 1)


def _resized(picture, side):
    shrinks = min(picture.shape[:2]) >= side
    return cv2.resize(
        picture, (side, side), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    )


def _box_of(sure):
    """(top, bottom, left, right) around the subject with a margin; None where it fills the frame
    anyway."""
    height, width = sure.shape
    rows, columns = (np.flatnonzero((sure > LEAST).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    edges = []
    for places, side in ((rows, height), (columns, width)):
        margin = _MARGIN * (places[-1] + 1 - places[0]) + 0.03 * side
        edges += [max(0, int(places[0] - margin)), min(side, int(places[-1] + 1 + margin))]
    top, bottom, left, right = edges
    if (bottom - top) * (right - left) > _CLOSER * height * width:
        return None
    return (top, bottom, left, right) if min(bottom - top, right - left) >= 16 else None
