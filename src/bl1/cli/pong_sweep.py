"""`bl1 pong-sweep`: the shipped sweep over how a pursuit agent learns."""

from pathlib import Path

from bl1.cli.sweep import AsJson, Dask, Out, Resume, Workers, sweep

SPEC = "pong_learning"


def pong_sweep(
    workers: Workers = None,
    dask: Dask = None,
    out: Out = Path("results"),
    resume: Resume = False,
    as_json: AsJson = False,
) -> None:
    """Sweep how a readout learns Pong: its learning rate, its baseline, its exploration.

    The same as `bl1 sweep pong_learning`.
    """
    sweep(SPEC, workers, dask, out, resume, as_json)
