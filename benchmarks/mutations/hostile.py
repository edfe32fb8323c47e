"""Files made to hurt: bombs, endless references, deep nesting, absurd sizes."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

# bounded, but by seconds (pictures that are read as any other, places in which a figure is run): for the long version
SLOW = frozenset(
    {
        *("bomb.pdf", "bomb.svgz", "thousands_of_pages.pdf", "bomb_text.png"),
        *("long_path.svg", "doubling_use.svg", "deep.svg", "many_paths.pdf", "long_path.pdf", "million.csv"),
        *("floats.tif", "lab.tif", "cmyk.tif", "sixteen.tif", "turned.png", "palette.png", "grey.png", "alpha.webp"),
        *("long_name", "full_disk_of_a_batch", "out_of_no_disk", "study_that_is_broken_in_a_batch"),
    }
)

BOMB_BYTES = 1_000_000_000  # unpacked; a thousandth of it when packed

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {size}>{body}</svg>'


def hostile_files() -> Iterator[tuple[str, bytes]]:
    """(file name, contents)."""
    yield from _images()
    yield from _svgs()
    yield from _pdfs()
    yield from _tables()


def _png(width: int, height: int, depth: int = 8, color: int = 2, body: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    return _png_of((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))


def _png_of(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of chunks of a kind and content; one that has no size of its own is given one, and white in it."""
    if chunks[0][0] != b"IHDR":
        size = struct.pack(">IIBBBBB", 400, 300, 8, 0, 0, 0, 0)
        white = zlib.compress((b"\x00" + b"\xff" * 400) * 300)
        chunks = ((b"IHDR", size), *chunks, (b"IDAT", white), (b"IEND", b""))
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def _images() -> Iterator[tuple[str, bytes]]:
    yield "empty.png", b""
    yield "one.png", _png(1, 1, body=zlib.compress(b"\x00\x00\x00\x00"))
    yield "wide.png", _png(30_000, 1, body=zlib.compress(b"\x00" * 90_001))
    yield "bomb.png", _png(60_000, 60_000, depth=1, color=0, body=zlib.compress(b"\x00" * (7_501 * 60_000)))
    yield "plate.png", _png(30_000, 30_000, depth=1, color=0, body=zlib.compress(b"\x00" * (3_751 * 30_000)))
    yield "lying.png", _png(2**31 - 1, 2**31 - 1, body=zlib.compress(b"\x00" * 100))
    yield "no_data.png", _png(400, 300)
    yield "zero.png", _png(0, 300)
    yield "text.png", b"this is no picture"
    yield "huge.gif", b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\x00\x00\x00;"
    yield "huge.bmp", b"BM" + struct.pack("<IHHIIiiHHIIiiII", 60, 0, 0, 54, 40, 50_000, 50_000, 1, 24, 0, 0, 0, 0, 0, 0)
    yield "huge.tif", _tiff_of_endless_pages()
    yield "short.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
    yield "bomb_text.png", _png_of((b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(BOMB_BYTES))))
    yield "bomb_profile.png", _png_of((b"iCCP", b"icc\x00\x00" + zlib.compress(bytes(BOMB_BYTES // 10))))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("figure.png", b"\x00" * 50_000_000)
    yield "zip.png", packed.getvalue()


def _tiff_of_endless_pages() -> bytes:
    """A directory whose next directory is itself."""
    tags = struct.pack("<HHHII", 1, 256, 4, 1, 100)
    return b"II*\x00" + struct.pack("<I", 8) + tags + struct.pack("<I", 8)


def _svgs() -> Iterator[tuple[str, bytes]]:
    def svg(body: str, size: str = 'width="400" height="300"', head: str = "") -> bytes:
        return (head + SVG.format(size=size, body=body)).encode()

    lols = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10}">' for k in range(1, 10))
    yield "laughs.svg", svg("<text>&l9;</text>", head=f'<!DOCTYPE svg [<!ENTITY l0 "lol">{lols}]>')
    yield "entity.svg", svg("<text>&x;</text>", head='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
    yield "fetch.svg", svg('<image xlink:href="http://127.0.0.1:9/x.png" width="9" height="9"/>')
    yield "local.svg", svg('<image xlink:href="/etc/passwd" width="9" height="9"/>')
    yield "script.svg", svg("<script>while(true){}</script>")
    yield "deep.svg", svg("<g>" * 60_000 + "</g>" * 60_000)
    yield "self_use.svg", svg('<g id="a"><use xlink:href="#a"/></g>')
    doubling = "".join(
        f'<g id="g{k}"><use xlink:href="#g{k - 1}"/><use xlink:href="#g{k - 1}"/></g>' for k in range(1, 40)
    )
    yield "doubling_use.svg", svg(f'<defs><path id="g0" d="M0 0L9 9"/>{doubling}</defs><use xlink:href="#g39"/>')
    yield "huge.svg", svg("", 'width="1e9" height="1e9"')
    yield "negative.svg", svg("", 'width="-4" height="nan"')
    yield "no_size.svg", svg('<path d="M0 0L10 10"/>', "")
    yield "long_path.svg", svg(f'<path stroke="red" d="M0 0{"L1 1L2 2" * 200_000}"/>')
    yield "odd_path.svg", svg('<path d="M nan inf L 1e400 -1e400 Z A 0 0 0 9 9 1"/><path/><path d=""/>')
    yield "no_xml.svg", b"<svg"
    yield "bomb.svgz", gzip.compress(bytes(BOMB_BYTES), mtime=0)
    yield "cut.svgz", gzip.compress(svg("<text>12</text>" * 1000), mtime=0)[:-20]
    yield "matrix.svg", svg('<g transform="matrix(0 0 0 0 0 0) scale(1e300) rotate()"><path d="M0 0L9 9"/></g>')


def _pdf(content: bytes, box: str = "0 0 400 300", extra: str = "", kids: str = "3 0 R", stream: str = "") -> bytes:
    """A PDF of one page, or of what kids names; readers mend the missing cross-reference table."""
    parts = (
        "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
        f"2 0 obj<</Type/Pages/Kids[{kids}]/Count {kids.count('R')}>>endobj",
        f"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>endobj",
        f"4 0 obj<</Length {len(content)}{stream}>>stream\n",
    )
    return (
        ("%PDF-1.4\n" + "\n".join(parts)).encode()
        + content
        + f"\nendstream endobj\n{extra}\ntrailer<</Root 1 0 R>>".encode("latin-1")
    )


def _pdfs() -> Iterator[tuple[str, bytes]]:
    itself = "/Resources<</XObject<</F 5 0 R>>>>"
    form = f"5 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]{itself}/Length 4>>stream\n/F Do\nendstream endobj"
    yield "head.pdf", b"%PDF-1.7\n"
    yield "blank.pdf", _pdf(b"")
    yield "endless_form.pdf", _pdf(b"/F Do " * 1000, extra=form)
    yield "huge_page.pdf", _pdf(b"0 0 m 9 9 l S", "0 0 1000000000 1000000000")
    yield "no_page.pdf", _pdf(b"0 0 m 9 9 l S", "0 0 0 0")
    yield "nan_page.pdf", _pdf(b"0 0 m 9 9 l S", "nan nan inf inf")
    yield "many_paths.pdf", _pdf(b"0 0 m 9 9 l S\n" * 300_000)
    yield "long_path.pdf", _pdf(b"0 0 m " + b"1 1 l 2 2 l " * 300_000 + b"S")
    yield "deep_state.pdf", _pdf(b"q " * 200_000 + b"0 0 m 9 9 l S")
    yield "text.pdf", b"hello"
    yield "itself.pdf", _pdf(b"", kids="2 0 R")
    yield "thousands_of_pages.pdf", _pdf(b"0 0 m 9 9 l S", kids="3 0 R " * 3_000)
    yield "bomb.pdf", _pdf(zlib.compress(bytes(BOMB_BYTES)), stream="/Filter/FlateDecode")
    picture = "/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode"
    packed = zlib.compress(bytes(10_000)).decode("latin-1")
    huge = f"5 0 obj<</Type/XObject{picture}/Length {len(packed)}>>stream\n{packed}\nendstream endobj"
    yield "huge_picture.pdf", _pdf(b"400 0 0 300 0 0 cm /F Do", extra=huge)


def _tables() -> Iterator[tuple[str, bytes]]:
    header = b"panel,arm,time,survival\n"
    yield "empty.csv", b""
    yield "header.csv", header
    yield "nul.csv", header + b"1,A,\x00,1\n"
    yield "one.csv", header + b"1,A,0,1\n"
    yield "million.csv", header + b"".join(b"1,A,%d,%.6f\n" % (k, 1 - k / 1e6) for k in range(1_000_000))
    yield "wide.csv", b",".join(b"c%d" % k for k in range(100_000)) + b"\n" + b"1," * 99_999 + b"1\n"
    yield "quote.csv", header + b'1,"A,0,1\n' * 1000
    yield "arms.csv", header + b"".join(b"1,A%d,0,1\n1,A%d,9,0.5\n" % (k, k) for k in range(2_000))
    yield "bom.csv", b"\xef\xbb\xbf" + header + b"1,A,0,1\n1,A,9,0.5\n"
    yield "crlf.csv", (header + b"1,A,0,1\n1,A,9,0.5\n").replace(b"\n", b"\r\n") + b"\x1a"
    yield "twice.csv", b"panel,arm,time,time,survival,survival\n1,A,0,0,1,1\n1,A,9,8,0.5,0.2\n"
    yield "huge_numbers.csv", header + b"1,A,0,1\n1,A,1e308,0.5\n1,A,1.7e308,0.25\n"
    yield "not_numbers.csv", header + b"1,A,0,1\n1,A,nan,0.5\n1,A,inf,nan\n"
    yield "tiny_numbers.csv", header + b"1,A,0,1\n1,A,5e-324,0.5\n1,A,1e-323,5e-324\n"
    yield "utf16.csv", (header + b"1,A,0,1\n").decode().encode("utf-16")
    yield "long_name.csv", header + b"1," + b"A" * 1_000_000 + b",0,1\n"
    yield "deep.toml", b"a = " + b"[" * 100_000 + b"]" * 100_000
    outcome = b'[[outcome]]\nname = "os"\n'
    for name, text in {
        "bom.toml": b"\xef\xbb\xbf" + outcome + b"follow_up = 9.0\n",
        "utf16.toml": outcome.decode().encode("utf-16"),
        "nul.toml": outcome + b"\x00",
        "crlf.toml": outcome.replace(b"\n", b"\r\n") + b"follow_up = 9.0\r\n",
        "twice.toml": outcome + b"follow_up = 9.0\nfollow_up = 8.0\n",
        "huge.toml": outcome + b"follow_up = 1e308\n[[outcome.comparison]]\nhr = 1e308\nci = [1e-308, 1.7e308]\n",
        "not_numbers.toml": outcome + b"follow_up = nan\n[[outcome.comparison]]\nhr = inf\nci = [-inf, nan]\n",
    }.items():
        yield name, text
        yield f"study_{name}", text.replace(b"[[outcome]]", b'figure = "figure.png"\n[[outcome]]')
    yield "deep.json", b"[" * 1_000_000
    yield "bom.json", b'\xef\xbb\xbf{"version": "0"}'
    yield "utf16.json", '{"version": "0"}'.encode("utf-16")
    yield "nul.json", b'{"version": "0\x00", "figure": "\\u0000", "sha256": "", "panels": []}'
    yield "twice.json", b'{"version": "0", "version": 1, "figure": "x", "sha256": "", "panels": [], "panels": 9}'
    yield "not_numbers.json", b'{"version": NaN, "figure": Infinity, "sha256": 1e999, "panels": [1e308]}'
    yield "surrogate.json", b'{"version": "\\ud800", "figure": "\\udfff.png", "sha256": "", "panels": []}'
    yield "large_number.toml", b"[[outcome]]\nname = 'x'\nfollow_up = " + b"9" * 100_000
    yield "figure.toml", b'figure = "/dev/zero"\n'
    yield "parent.toml", b'figure = "../../../../etc/passwd"\n'
    yield "pivot.json", b'{"version": "0", "figure": "../../x", "sha256": "", "panels": []}'
