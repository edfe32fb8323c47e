"""The same jobs on a dask cluster that is already running; figures and output lie on a disk that all can see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import UsageError
from .jobs import Job
from .outcome import Outcome
from .worker import run_job

# How often a job is tried again when its worker dies before it is given up as lost with it.
RETRIES = 2
CONNECT_SECONDS = 20


def run_on_cluster(jobs: Sequence[tuple[Job, str]], out: Path, address: str) -> Iterator[Outcome]:
    """The outcome of every job with its key, as they come; a worker that dies hands its jobs to the others.

    address: of the scheduler, tcp://host:port. Raises UsageError when dask is missing or nobody answers there.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise UsageError("--scheduler: dask.distributed is not installed", 'pip install "km2ipd[cluster]".') from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as reason:
        raise UsageError(f"--scheduler {address}: no answer ({type(reason).__name__})") from None
    with client, client.as_current():
        known = {}
        for job, key in jobs:
            name = f"km2ipd-{job.name}-{key}"
            known[client.submit(run_job, job, out.resolve(), key, key=name, retries=RETRIES)] = (job, key)
        for future in as_completed(list(known)):
            yield _outcome(future, *known[future])


def _outcome(future, job: Job, key: str) -> Outcome:
    if future.status == "finished":
        return future.result()
    lost = f"{type(future.exception()).__name__}"
    return Outcome(job.name, job.figure.name, key, "crashed", f"lost on the cluster ({lost})")
