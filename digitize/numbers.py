"""Read numbers as journals print them: 0·5, 0,5, .5, 100%, 1 200, 1,200, and letters taken for digits."""

from __future__ import annotations

import re
import unicodedata

# One printed sign, many code points: raised, centred and bullet dots are the Lancet's decimal point; all
# dashes are a minus. (Full-width forms and odd spaces are folded by NFKC before.)
_SIGNS = str.maketrans(
    dict.fromkeys("\u00b7\u2022\u2219\u22c5\u30fb\u3002\u02d9\u2027", ".")
    | dict.fromkeys("\u2212\u2013\u2014\u2010\u2011\u2012\u2015\u00ac", "-")
    | {"\u201a": ",", "\u3001": ",", "\t": " "}
)
# Letters that stand for a digit when nothing but digits can be meant (OCR of small print).
_LETTER_DIGITS = str.maketrans("OoQDlI|!iZzSsBgq", "0000111112255899")
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?P<mark>[ ,.'])\d{3}(?:(?P=mark)\d{3})*")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")
_CELL = re.compile(r"([\d.,' ]+?)\s*[(\[{]\s*([\d.,' ]+?)\s*%?\s*[)\]}1lJj]?")


def plain_text(text: str) -> str:
    """The text with all kinds of points, dashes, spaces and brackets in their ASCII form, ends stripped."""
    return unicodedata.normalize("NFKC", text.translate(_SIGNS)).strip()


def mend_digits(text: str) -> str:
    """The text with letters that look like digits turned into them (O 0, l 1), where digits are due."""
    return text.translate(_LETTER_DIGITS)


def number_readings(text: str) -> tuple[float, ...]:
    """Every value the printed number can mean, the usual one first: "1,200" is 1200, then 1.2; () when none.

    A percent sign is dropped, not divided out: the caller knows the axis. Letters are mended to digits
    only beside a true digit, so that a word is never a number.
    """
    body = plain_text(text).removesuffix("%").strip().rstrip(":;")
    if not any(c.isdigit() for c in body):
        return ()
    body = re.sub(r"\s*([.,])\s*", r"\1", mend_digits(body))
    if re.fullmatch(r"[-+]\s+.*", body):
        body = body[0] + body[1:].lstrip()
    values = []
    grouped = _THOUSANDS.fullmatch(body)
    leads_with_zero = body.lstrip("+-").startswith("0")
    if grouped and grouped["mark"] != "." and not leads_with_zero:
        values.append(float(re.sub(r"[ ,']", "", body)))
    if _PLAIN.fullmatch(body):
        values.append(float(body))
    if _DECIMAL_COMMA.fullmatch(body):
        values.append(float(body.replace(",", ".")))
    if grouped and grouped["mark"] == "." and not leads_with_zero:
        values.append(float(body.replace(".", "")))
    return tuple(values)


def parse_number(text: str) -> float | None:
    """The value of one printed number, None when the text is no single number."""
    return next(iter(number_readings(text)), None)


def decimals(text: str) -> int:
    """How many digits stand after the decimal point, for rounding; 0 for counts such as 1,200."""
    value = parse_number(text)
    body = mend_digits(plain_text(text)).removesuffix("%").strip()
    match = re.search(r"[.,]\s*(\d+)$", body)
    if value is None or match is None:
        return 0
    is_thousands = _THOUSANDS.fullmatch(body) is not None and abs(value) >= 1000
    return 0 if is_thousands else len(match[1])


def parse_count(text: str) -> int | None:
    """A whole number of patients, zero or more; None for fractions, signs and words. "O" alone is 0."""
    body = plain_text(text)
    if body in ("O", "o", "Q"):
        return 0
    if body.endswith("%") or body[:1] in ("+", "-"):
        return None
    value = parse_number(body)
    return int(value) if value is not None and value == int(value) and decimals(body) == 0 else None


def parse_cell(text: str) -> tuple[int, int | None] | None:
    """A cell of an at-risk table: "49" is (49, None), "49 (3)" is (49, 3); None when it is no count."""
    body = plain_text(text)
    pair = _CELL.fullmatch(mend_digits(body)) if any(c.isdigit() for c in body) else None
    if pair is None:
        count = parse_count(body)
        return None if count is None else (count, None)
    first, second = parse_count(pair[1]), parse_count(pair[2])
    return None if first is None else (first, second)
