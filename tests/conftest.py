"""Options of the test run."""

from __future__ import annotations

import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regenerate-golden",
        action="store_true",
        help="write what the program gives now into tests/golden (look at the difference before you commit it)",
    )


@pytest.fixture(scope="session")
def regenerate_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden output is to be written anew: never where tests run by themselves."""
    wanted = bool(request.config.getoption("--regenerate-golden"))
    if wanted and os.environ.get("CI"):
        pytest.exit("--regenerate-golden is for a person who looks at the difference, not for CI", returncode=2)
    return wanted
