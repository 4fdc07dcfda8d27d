"""Small circuits wired by hand, for tests that know the answer."""

import numpy as np

from bl1.config import BackgroundConfig, StpConfig, StpParameters, SynapsesConfig
from bl1.core.cells import Cells
from bl1.core.engine import Engine
from bl1.core.wiring import Synapses

SILENT = BackgroundConfig(mean=0.0, std=0.0)
TSODYKS_MARKRAM = StpConfig(
    excitatory=StpParameters(U=0.5, tau_rec_ms=800.0, tau_fac_ms=0.0),
    inhibitory=StpParameters(U=0.05, tau_rec_ms=130.0, tau_fac_ms=530.0),
)


def wire(n: int, edges: list[tuple[int, int, float, int]]) -> Synapses:
    """Synapses from (source, target, weight, delay in steps)."""
    delays = [delay for *_, delay in edges]
    min_delay, n_delays = min(delays), max(delays) - min(delays) + 1
    edges = sorted(edges, key=lambda edge: (edge[0], edge[3], edge[1]))
    rows = [source * n_delays + delay - min_delay for source, _, _, delay in edges]
    return Synapses(
        starts=np.searchsorted(rows, np.arange(n * n_delays + 1)).astype(np.uint32),
        targets=np.array([target for _, target, _, _ in edges], np.uint32),
        weights=np.array([weight for _, _, weight, _ in edges], np.float32),
        min_delay=min_delay,
        n_delays=n_delays,
    )


def engine(
    types: list[str],
    edges: list[tuple[int, int, float, int]] | None = None,
    *,
    kinetics: SynapsesConfig | None = None,
    stp: StpConfig | None = None,
    background: BackgroundConfig = SILENT,
    **options: float,
) -> Engine:
    """A silent circuit: it does only what it is driven to do."""
    return Engine(
        Cells.of_types(types),
        wire(len(types), edges) if edges else None,
        kinetics=kinetics or SynapsesConfig(),
        stp=stp,
        background=background,
        **options,
    )


def drive(n: int, **currents: float) -> np.ndarray:
    """Current for n cells: ``drive(4, c0=10.0)`` drives cell 0."""
    current = np.zeros(n, np.float32)
    for name, value in currents.items():
        current[int(name[1:])] = value
    return current


def fire_once(circuit, cell, n):
    """Run step by step until the cell has fired once; return the step of its spike."""
    while True:
        spikes = circuit.run(1, drive(n, **{f"c{cell}": 60.0}))
        if cell in spikes.ids:
            return int(spikes.steps[0])
