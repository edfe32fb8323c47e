"""The error tree: each class with its exit code and the remedy that ends its message."""

from __future__ import annotations


class Km2ipdError(Exception):
    """Something a user can mend; the message says what was seen and where, the remedy what to do."""

    exit_code = 1
    remedy = ""

    def __init__(self, seen: str, remedy: str | None = None) -> None:
        self.seen = seen.rstrip(".")
        if remedy is not None:
            self.remedy = remedy
        super().__init__(f"{self.seen}. {self.remedy}".strip() if self.remedy else f"{self.seen}.")


class InvalidRecord(Km2ipdError):
    """A record's own law is broken (survival outside 0 to 1, times that fall)."""

    exit_code = 2


class UsageError(Km2ipdError):
    """The command was called wrongly, or a file it was given does not hold what is due."""

    exit_code = 2


class BadTable(UsageError):
    """A table given by the user (points, at-risk counts, patients, reported numbers) cannot be used."""

    remedy = "Mend the file and run again."


class OutputNotWritable(UsageError):
    """The output folder cannot be written."""

    remedy = "Give another folder with --out."


class DigitizeError(Km2ipdError):
    """The figure cannot be digitised."""

    exit_code = 3


class UnreadableFigure(DigitizeError):
    """The file is no image, is damaged, or has a size that cannot be worked with."""

    remedy = "Give a PNG, JPEG, TIFF, WebP, GIF, PDF or SVG file of the figure."


class NoPanelFound(DigitizeError):
    """No pair of numbered axes was found."""

    remedy = "Crop the figure to the plot with its axis numbers, or give --x-range and --y-range."


class TooFewTicks(DigitizeError):
    """Fewer than two labelled ticks agree on one axis."""

    remedy = "Give the range yourself: --x-range MIN MAX or --y-range MIN MAX."


class NotKaplanMeier(DigitizeError):
    """The picture is some other kind of figure."""

    remedy = "Give a figure that shows Kaplan-Meier curves on numbered axes."


class NoCurveFound(DigitizeError):
    """Axes were read but no staircase runs between them."""

    remedy = "Give a larger picture of the figure, or name the arms with --arms."


class NothingRead(DigitizeError):
    """No figure of a batch gave a result."""

    remedy = "The messages in summary.csv say why."


class ReconstructError(Km2ipdError):
    """The curves and counts cannot be turned into patients."""

    exit_code = 3


class Disagreement(Km2ipdError):
    """`check` found a reported number that the patients contradict."""

    exit_code = 4
