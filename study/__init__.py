"""One figure from file to result. The only room that sees digitize, reconstruct and report together, and the
only one that commands, batch and the package itself see of them.
"""

from __future__ import annotations

from ..report import pivot
from ..report.corrections import STUDY_KEY
from ..report.exports import curves_frame, patients_frame
from ..report.files import digitized_files, ensemble_file, result_files, table_files, table_report
from ..report.folder import RUN_FILES, clear_results, clear_stages, write_files
from ..report.screen import check_lines, comparison_lines, estimate_lines, result_lines
from ..report.text import csv_text, number_text
from .conclusion import conclude, how_asked, reported_by_panel
from .figure import reported_beside, require_free_output, run_figure
from .reading import read_figure, read_only_results
from .tables import estimate_tables, reconstruct_tables

__all__ = [
    "RUN_FILES",
    "STUDY_KEY",
    "check_lines",
    "clear_results",
    "clear_stages",
    "comparison_lines",
    "conclude",
    "csv_text",
    "curves_frame",
    "digitized_files",
    "ensemble_file",
    "estimate_lines",
    "estimate_tables",
    "how_asked",
    "number_text",
    "patients_frame",
    "pivot",
    "read_figure",
    "read_only_results",
    "reconstruct_tables",
    "reported_beside",
    "reported_by_panel",
    "require_free_output",
    "result_files",
    "result_lines",
    "run_figure",
    "table_files",
    "table_report",
    "write_files",
]
