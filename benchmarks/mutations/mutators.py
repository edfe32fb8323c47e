"""Ways to spoil a file: of bytes, of text, of tables. Each takes the file and a generator and gives it back spoilt."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

Mutator = Callable[[bytes, np.random.Generator], bytes]


def flip_bits(data: bytes, rng: np.random.Generator) -> bytes:
    """One to sixty bits turned."""
    spoilt = bytearray(data)
    for place in rng.integers(0, max(1, len(data)), rng.integers(1, 60)):
        if spoilt:
            spoilt[int(place)] ^= 1 << int(rng.integers(8))
    return bytes(spoilt)


def truncate(data: bytes, rng: np.random.Generator) -> bytes:
    """The end cut off."""
    return data[: int(rng.integers(0, max(1, len(data))))]


def swap_chunks(data: bytes, rng: np.random.Generator) -> bytes:
    """Two stretches exchanged."""
    a, b, c, d = sorted(int(v) for v in rng.integers(0, len(data) + 1, 4))
    return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def repeat_chunk(data: bytes, rng: np.random.Generator) -> bytes:
    """A stretch many times over."""
    a = int(rng.integers(0, len(data) + 1))
    b = min(len(data), a + int(rng.integers(1, 2000)))
    return data[:b] + data[a:b] * int(rng.integers(1, 50)) + data[b:]


def drop_chunk(data: bytes, rng: np.random.Generator) -> bytes:
    """A stretch missing."""
    a, b = sorted(int(v) for v in rng.integers(0, len(data) + 1, 2))
    return data[:a] + data[min(b, a + 4000) :]


def blank_chunk(data: bytes, rng: np.random.Generator) -> bytes:
    """A stretch of zeros or of noise."""
    a = int(rng.integers(0, len(data) + 1))
    n = min(len(data) - a, int(rng.integers(1, 3000)))
    filler = bytes(n) if rng.random() < 0.5 else rng.integers(0, 256, n, dtype=np.uint8).tobytes()
    return data[:a] + filler + data[a + n :]


def put_in_front(data: bytes, rng: np.random.Generator) -> bytes:
    """Another file's beginning before this one's."""
    heads = (
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04",
        b"\xff\xd8\xff\xe0",
        b"GIF89a",
        b"\xef\xbb\xbf",
        b"\x00" * 64,
    )
    return heads[rng.integers(len(heads))] + data


BYTE_MUTATORS: tuple[Mutator, ...] = (
    flip_bits,
    truncate,
    swap_chunks,
    repeat_chunk,
    drop_chunk,
    blank_chunk,
    put_in_front,
)

ODD_NUMBERS = (
    *("nan", "inf", "-inf", "-1", "0", "1e308", "1e-308", "-0.0", "99999999999999999999", "1e999", "0x10", "1_000"),
    *("", " ", '""', "null", "true", "[]", "{}", "twelve", "1,5", "1.2.3", "--", "NA", "50%", "\u0661\u0662", "'", '"'),
)
NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def replace_numbers(data: bytes, rng: np.random.Generator) -> bytes:
    """One to five numbers become something else."""
    found = list(NUMBER.finditer(data))
    chosen = sorted(set(rng.integers(0, len(found), rng.integers(1, 6)).tolist())) if found else []
    for k in reversed(chosen):
        odd = ODD_NUMBERS[rng.integers(len(ODD_NUMBERS))].encode()
        data = data[: found[k].start()] + odd + data[found[k].end() :]
    return data


def scale_numbers(data: bytes, rng: np.random.Generator) -> bytes:
    """Every number times a power of ten, or its sign turned."""
    factor = float(rng.choice([-1.0, 1e-6, 0.01, 100.0, 1e9, 1e300]))
    return NUMBER.sub(lambda m: repr(float(m.group()) * factor).encode(), data)


def shuffle_lines(data: bytes, rng: np.random.Generator) -> bytes:
    """The lines in another order."""
    lines = data.split(b"\n")
    return b"\n".join(lines[k] for k in rng.permutation(len(lines)))


def drop_lines(data: bytes, rng: np.random.Generator) -> bytes:
    """Some lines missing, the header among them at times."""
    lines = data.split(b"\n")
    return b"\n".join(line for line in lines if rng.random() > 0.3)


def repeat_lines(data: bytes, rng: np.random.Generator) -> bytes:
    """One line many times over."""
    lines = data.split(b"\n")
    k = int(rng.integers(len(lines)))
    return b"\n".join([*lines[: k + 1], *[lines[k]] * int(rng.integers(1, 400)), *lines[k + 1 :]])


def change_separators(data: bytes, rng: np.random.Generator) -> bytes:
    """Commas to semicolons, tabs or nothing; line ends of other machines."""
    pairs = ((b",", b";"), (b",", b"\t"), (b",", b""), (b"\n", b"\r\n"), (b"\n", b"\r"), (b"\n", b""), (b".", b","))
    old, new = pairs[rng.integers(len(pairs))]
    return data.replace(old, new)


def rename_keys(data: bytes, rng: np.random.Generator) -> bytes:
    """A word becomes another."""
    words = sorted(set(re.findall(rb"[A-Za-z_]{3,}", data)))
    if not words:
        return data
    new = (b"", b"x", b"__class__", "\u00e9\u4e2d".encode(), b"a" * 5000, b"../x", b"-o", b"\x00", b"%s%n", b"{{7*7}}")
    return data.replace(words[rng.integers(len(words))], new[rng.integers(len(new))])


def nest_deeply(data: bytes, rng: np.random.Generator) -> bytes:
    """A value becomes brackets in brackets."""
    depth = int(rng.choice([50, 5_000, 200_000]))
    found = list(NUMBER.finditer(data))
    place = found[rng.integers(len(found))] if found else None
    nest = b"[" * depth + b"]" * depth
    return data[: place.start()] + nest + data[place.end() :] if place else nest


def recode(data: bytes, rng: np.random.Generator) -> bytes:
    """The text as other programs save it: with a mark of its order of bytes, in UTF-16 or Latin-1; NUL bytes in it."""
    text = data.decode("utf-8", "replace")
    place = int(rng.integers(0, len(data) + 1))
    versions = (
        b"\xef\xbb\xbf" + data,
        b"\xef\xbb\xbf" * 2 + data,
        text.encode("utf-16"),
        text.encode("utf-16-le"),
        text.encode("utf-32"),
        text.replace("e", "\u00e9").encode("latin-1", "replace"),
        data[:place] + b"\x00" + data[place:],
        data[:place] + b"\xed\xa0\x80" + data[place:],  # half of a pair of UTF-16, which is no text
        data.replace(b"\n", b"\r\n") + b"\x1a",
    )
    return versions[rng.integers(len(versions))]


def repeat_keys(data: bytes, rng: np.random.Generator) -> bytes:
    """A key of JSON or TOML, or a column of a table, twice."""
    found = list(re.finditer(rb'"\w+": ?[^,{}\[\]]+,|^\w+ = .*\n|^[\w,]+\n', data, re.M))
    if not found:
        return data + data
    chosen = found[rng.integers(len(found))]
    word = chosen.group()
    twice = word.rstrip() + b"," + word if re.fullmatch(rb"[\w,]+\n", word) else word * 2
    return data[: chosen.start()] + twice + data[chosen.end() :]


TEXT_MUTATORS: tuple[Mutator, ...] = (
    replace_numbers,
    replace_numbers,  # twice: what a person mistypes most
    scale_numbers,
    shuffle_lines,
    drop_lines,
    repeat_lines,
    change_separators,
    rename_keys,
    nest_deeply,
    recode,
    repeat_keys,
)
