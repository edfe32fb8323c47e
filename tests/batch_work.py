"""Work for the batch tests that dies, hangs or asks for too much memory, by the name of the job."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from km2ipd.batch.jobs import Job
from km2ipd.batch.outcome import Outcome


def misbehave(job: Job, out: Path, key: str) -> Outcome:
    """Do what the job's name says."""
    if job.name.startswith("dies"):
        os.kill(os.getpid(), signal.SIGKILL)
    while job.name.startswith("hangs"):
        pass
    if job.name.startswith("waits"):
        (out / job.name).touch()
        time.sleep(600)
    if job.name.startswith("hogs"):
        bytearray(3_000_000_000)
    return Outcome(job.name, job.figure.name, key, "ok")


def note_begin(job: Job, out: Path, key: str) -> Outcome:
    """Write the job's name down, after those begun before it."""
    with (out / "begun.txt").open("a") as begun:
        begun.write(f"{job.name}\n")
    return Outcome(job.name, job.figure.name, key, "ok")
