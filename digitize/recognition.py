"""Read the letters in given boxes of a figure with the PP-OCR models that ship inside the rapidocr wheel.

Crops are cut from the figure's own pixels (enlarging before recognition does not help, measured), scaled to the
48 px height that the network was trained on and batched by width; the rest of a batch is padded with zeros, which the
network knows from training (white costs five points of accuracy).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..records import Box, PixelArray

if TYPE_CHECKING:
    import onnxruntime

# Digits, and the signs that a printed axis or table number may hold besides them.
NUMBER_ALPHABET = "0123456789.,%()-\u00b7"
_GREEK = "\u03b1\u03b2\u03b3\u03b4\u03ba\u03bb\u03bc\u03c1\u03c3\u03c7"
_HEIGHT = 48
_MIN_WIDTH = 48  # narrower inputs lose single digits: the network's stride is 8 px
_MAX_WIDTH = 1600
_BATCH_PIXELS = 48 * 3200  # keeps the activations of one batch under 100 MB
_WIDTH_STEP = 32
# Readings kept beside the best one, each by changing the least certain characters.
_CANDIDATES = 4
_CANDIDATE_FLOOR = 0.01


@dataclass(frozen=True, slots=True)
class Reading:
    """What one crop says: confidence is the probability of its least certain character.

    candidates: other readings, most probable first.
    """

    text: str
    confidence: float
    candidates: tuple[str, ...] = ()


def model_path(name: str) -> Path:
    """The file of a model inside the installed rapidocr package, found without importing that package."""
    spec = importlib.util.find_spec("rapidocr")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("rapidocr is not installed: pip install rapidocr")
    return Path(spec.submodule_search_locations[0]) / "models" / name


@lru_cache(maxsize=4)
def load_session(name: str) -> onnxruntime.InferenceSession:
    """The inference session of a shipped model, one per process and model."""
    import onnxruntime

    _share_memory()
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.use_env_allocators", "1")
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(model_path(name)), options, providers=["CPUExecutionProvider"])


@lru_cache(maxsize=1)
def _share_memory() -> None:
    """Make the sessions of this process work in the same memory: what one leaves free serves the other."""
    import onnxruntime

    memory = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    onnxruntime.create_and_register_allocator(memory, onnxruntime.OrtArenaCfg(0, -1, -1, -1))


@lru_cache(maxsize=1)
def giving_back() -> onnxruntime.RunOptions:
    """Options of one run after which the sessions' working memory goes back to the system.

    It keeps what the largest picture needed, in pieces that the next size does not fit: over a batch of figures of
    all sizes that grew by 200 MB a hundred figures. Giving it back costs 0.1 s a figure.
    """
    import onnxruntime

    options = onnxruntime.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options


def _recognizer() -> onnxruntime.InferenceSession:
    return load_session("PP-OCRv6_rec_small.onnx")


@lru_cache(maxsize=1)
def _characters() -> tuple[str, ...]:
    """Character of each output class: the blank first, the space last."""
    listed = _recognizer().get_modelmeta().custom_metadata_map["character"].split("\n")
    return ("", *listed, " ")


@lru_cache(maxsize=4)
def _allowed(alphabet: str) -> np.ndarray:
    """Output classes of an alphabet ("" allows printable Latin, signs and common Greek), the blank first."""
    wanted = [
        i
        for i, c in enumerate(_characters())
        if i and (c in alphabet if alphabet else ord(c) < 0x250 or c in _GREEK or 0x2000 <= ord(c) < 0x2300)
    ]
    return np.array([0, *wanted])


def cut_crop(pixels: PixelArray, box: Box, rotation: int = 0, margin: float = 0.18) -> PixelArray:
    """The box cut from the figure with a margin (fraction of the letters' height), turned upright."""
    pad = margin * (box.width if rotation else box.height) + 1
    top, bottom = int(max(0, round(box.top - pad))), round(box.bottom + pad) + 1
    left, right = int(max(0, round(box.left - pad))), round(box.right + pad) + 1
    crop = pixels[top:bottom, left:right]
    return np.rot90(crop, -1 if rotation == 90 else 1) if rotation else crop


def read_crops(crops: Sequence[PixelArray], alphabet: str = "") -> list[Reading]:
    """Read upright RGB crops, each holding one line of text; alphabet limits the characters ("" for all)."""
    inputs = [_prepare(crop) for crop in crops]
    order = sorted(range(len(inputs)), key=lambda i: inputs[i].shape[2])
    readings: list[Reading] = [Reading("", 0.0)] * len(inputs)
    start = 0
    while start < len(order):
        width = -(-inputs[order[start]].shape[2] // _WIDTH_STEP) * _WIDTH_STEP
        batch = [i for i in order[start:] if inputs[i].shape[2] <= width][: max(1, _BATCH_PIXELS // (48 * width))]
        for i, probabilities in zip(batch, _probabilities([inputs[i] for i in batch], width), strict=True):
            readings[i] = _decode(probabilities, alphabet)
        start += len(batch)
    return readings


def _prepare(crop: PixelArray) -> np.ndarray:
    """The crop at network height as (3, 48, width) float32 in BGR, from -1 to 1."""
    height, width = crop.shape[:2]
    if not height or not width:
        return np.zeros((3, _HEIGHT, _MIN_WIDTH), np.float32)
    wide = int(np.clip(round(width * _HEIGHT / height), 8, _MAX_WIDTH))
    scaled = cv2.resize(np.ascontiguousarray(crop), (wide, _HEIGHT), interpolation=cv2.INTER_LINEAR)
    return scaled[:, :, ::-1].transpose(2, 0, 1).astype(np.float32) / 127.5 - 1


def _probabilities(inputs: Sequence[np.ndarray], width: int) -> np.ndarray:
    """(n, steps, classes) class probabilities of a batch padded to one width."""
    batch = np.zeros((len(inputs), 3, _HEIGHT, max(width, _MIN_WIDTH)), np.float32)
    for row, pixels in zip(batch, inputs, strict=True):
        row[:, :, : pixels.shape[2]] = pixels
    session = _recognizer()
    return session.run(None, {session.get_inputs()[0].name: batch})[0]


def _decode(probabilities: np.ndarray, alphabet: str) -> Reading:
    """Greedy CTC decoding over the allowed classes, with readings that change one uncertain character."""
    allowed = _allowed(alphabet)
    steps = probabilities[:, allowed]
    steps = steps / np.maximum(steps.sum(axis=1, keepdims=True), 1e-9) if alphabet else steps
    best = steps.argmax(axis=1)
    characters = _characters()
    peaks = [
        t for t in range(len(best)) if best[t] and (t == 0 or best[t] != best[t - 1])
    ]  # first step of each run of one class
    letters = [characters[allowed[best[t]]] for t in peaks]
    runs = [_run_peak(steps, best, t) for t in peaks]
    sure = [float(steps[t, best[t]]) for t in runs]
    text = "".join(letters)
    return Reading(text.strip(), min(sure, default=0.0), _alternatives(steps, runs, letters, allowed))


def _run_peak(steps: np.ndarray, best: np.ndarray, start: int) -> int:
    """The most certain step of the run of one class that begins at start."""
    end = start
    while end + 1 < len(best) and best[end + 1] == best[start]:
        end += 1
    return start + int(steps[start : end + 1, best[start]].argmax())


def _alternatives(steps: np.ndarray, runs: list[int], letters: list[str], allowed: np.ndarray) -> tuple[str, ...]:
    """Readings with one character changed or dropped, most probable first."""
    found: dict[str, float] = {}
    characters = _characters()
    for place, t in enumerate(runs):
        ranked = np.argsort(steps[t])[::-1][:3]
        for other in ranked[1:]:
            if steps[t, other] < _CANDIDATE_FLOOR:
                continue
            swapped = [*letters[:place], characters[allowed[other]], *letters[place + 1 :]]
            text = "".join(swapped).strip()
            found[text] = max(found.get(text, 0.0), float(steps[t, other] / steps[t, ranked[0]]))
    found.pop("".join(letters).strip(), None)
    return tuple(sorted(found, key=found.__getitem__, reverse=True)[:_CANDIDATES])
