"""Work in a child process: its answer, its errors, its limits."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest
from km2ipd.digitize import confined as module
from km2ipd.digitize.confined import confined
from km2ipd.errors import NoPanelFound, UnreadableFigure
from km2ipd.records import Figure

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")


def figure():
    return (Figure("a.pdf", "0" * 64, np.full((4, 5, 3), 7, np.uint8)),)


def test_the_answer_comes_back_whole_and_read_only():
    (found,) = confined(figure, "a.pdf")
    assert found.pixels.shape == (4, 5, 3)
    assert not found.pixels.flags.writeable


def test_an_error_of_ours_is_raised_again_with_its_remedy():
    def fail():
        raise NoPanelFound("nothing there", "Do this.")

    with pytest.raises(NoPanelFound, match=r"nothing there\. Do this\."):
        confined(fail, "a.pdf")


@needs_fork
@pytest.mark.parametrize("death", [lambda: os._exit(9), lambda: 1 // 0, lambda: os.kill(os.getpid(), 9)])
def test_a_child_that_dies_is_one_sentence(death):
    with pytest.raises(UnreadableFigure, match=r"a\.pdf is damaged"):
        confined(death, "a.pdf")


def work_endlessly():
    while True:
        pass


@needs_fork
@pytest.mark.parametrize(
    ("limit", "seconds", "endless"), [("SECONDS", 1, work_endlessly), ("CLOCK_SECONDS", 0.3, lambda: time.sleep(60))]
)
def test_endless_work_and_endless_waiting_are_ended(monkeypatch, limit, seconds, endless):
    monkeypatch.setattr(module, limit, seconds)
    with pytest.raises(UnreadableFigure, match="was not read within"):
        confined(endless, "a.pdf")


@needs_fork
def test_a_busy_machine_refuses_nothing(monkeypatch):
    """What is counted is work: a second on the clock without any is no reason."""
    monkeypatch.setattr(module, "SECONDS", 1)

    def late():
        time.sleep(1.3)
        return figure()

    assert confined(late, "a.pdf")[0].name == "a.pdf"


@needs_fork
def test_greedy_work_is_ended(monkeypatch):
    monkeypatch.setattr(module, "MEGABYTES", 100)
    with pytest.raises(UnreadableFigure):
        confined(lambda: np.ones(10**9), "a.pdf")


def test_without_fork_the_work_is_done_here(monkeypatch):
    monkeypatch.delattr(os, "fork", raising=False)
    assert confined(figure, "a.pdf")[0].name == "a.pdf"
