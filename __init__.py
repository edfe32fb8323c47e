"""km2ipd: published Kaplan-Meier figures to individual patient data that can be trusted."""

__version__ = "0.1.0"
