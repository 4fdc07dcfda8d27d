"""`bl1 convert`: write a recording in another format."""

from pathlib import Path
from typing import Annotated

import typer

from bl1.cli import console
from bl1.errors import Bl1Error


def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Recording of any format.")],
    target: Annotated[
        Path,
        typer.Argument(metavar="OUT", help="Its end names the format: .h5 .nwb .cl.h5 .txt .npz."),
    ],
    layout: Annotated[
        str | None, typer.Option(help="Electrodes of a text file: cl1, maxone or mea60.")
    ] = None,
) -> None:
    """Write a recording in another format.

    Says what the other format cannot hold. OUT is replaced at one stroke, or left as it is.
    """
    from bl1.mea.layout import LAYOUTS
    from bl1.recording import load, lost, save

    if layout is not None and layout not in LAYOUTS:
        raise Bl1Error(f"--layout is {layout}, expected one of {', '.join(LAYOUTS)}")
    console.check_writable("OUT", target)
    if target.exists() and source.exists() and target.samefile(source):
        raise Bl1Error(f"IN and OUT are the same file: {source}")
    spikes = load(source, None if layout is None else LAYOUTS[layout]())
    left_out = lost(spikes, target)
    save(spikes, target)
    if left_out:
        console.note(f"{target} does not hold: {', '.join(left_out)}")
    if "incomplete" in spikes.metadata:
        console.note(f"{source}: {spikes.metadata['incomplete']}")
    print(
        f"{target}: {len(spikes):,} spikes of {spikes.n_units:,} units in {spikes.duration_s:g} s"
    )
