"""What electrodes cost: coupling, events and traces, each beside the simulation in the same run.

python benchmarks/electrodes.py            # 100,000 neurons on a MaxOne: two minutes, 4 GB
python benchmarks/electrodes.py --quick    # a tenth of the neurons
"""

import argparse
from time import perf_counter

import numpy as np

from bl1.bench.network import bench_experiment
from bl1.config import MeaConfig, load_experiment
from bl1.core.spikes import Spikes
from bl1.mea.coupling import couple
from bl1.mea.events import EventRecorder
from bl1.mea.layout import maxone
from bl1.mea.rig import Rig
from bl1.network.culture import Culture

SECONDS = 5.0
STRETCH = 1000  # steps


def events(n_neurons: int) -> None:
    """All 26,400 electrodes of a MaxOne over a culture, every electrode read."""
    culture = Culture.from_config(bench_experiment(n_neurons), seed=0)
    middle = culture.side_um / 2
    mea = MeaConfig()
    start = perf_counter()
    coupling = couple(culture.positions_um, maxone().centred_on(middle, middle), mea, 0)
    print(f"{n_neurons:,} neurons, {culture.n_synapses:,} synapses")
    print(
        f"  coupled to {len(coupling.layout):,} electrodes in {perf_counter() - start:.2f} s: "
        f"{len(coupling.electrodes):,} pairs, {coupling.heard_by().mean():.1f} cells an electrode"
    )
    engine = culture.engine()
    reader = EventRecorder(coupling, mea, engine.dt_ms, 0)
    reader.read(engine.run(STRETCH), STRETCH)
    simulating_s = recording_s = 0.0
    n_spikes = n_events = 0
    for _ in range(round(1000 * SECONDS / engine.dt_ms / STRETCH)):
        start = perf_counter()
        spikes: Spikes = engine.run(STRETCH)
        between = perf_counter()
        heard = reader.read(spikes, STRETCH)
        recording_s += perf_counter() - between
        simulating_s += between - start
        n_spikes, n_events = n_spikes + len(spikes.ids), n_events + len(heard.ids)
    print(
        f"  {SECONDS:g} s: simulated in {simulating_s:.2f} s ({n_spikes:,} spikes), events in "
        f"{recording_s:.2f} s ({n_events:,}): {recording_s / simulating_s:.1%} of the simulation"
    )


def traces(layout: str) -> None:
    """Voltages of a culture of 5,000, made and searched for spikes."""
    experiment = load_experiment("wagenaar_calibrated")
    culture = Culture.from_config(experiment, seed=0)
    rig = Rig(culture, experiment.array(layout), traces=True)
    rig.advance(STRETCH)
    start = perf_counter()
    frames = 0
    for _ in range(round(1000 * SECONDS / rig.engine.dt_ms / STRETCH)):
        heard = rig.advance(STRETCH)
        assert heard.frames is not None
        frames += len(heard.frames)
    wall_s = perf_counter() - start
    print(
        f"  {layout}: {len(rig.layout)} channels at {rig.layout.sampling_hz / 1000:g} kHz over "
        f"{culture.n_neurons:,} neurons: {SECONDS / wall_s:.2f} × real time "
        f"({frames * len(rig.layout) / wall_s / 1e6:.0f} M samples/s)"
    )


def plain_events() -> None:
    """What a CL1's events cost beside a culture of 5,000."""
    culture = Culture.from_config("wagenaar_calibrated", seed=0)
    engine, rig = culture.engine(), Rig(culture)
    n = round(20_000 / engine.dt_ms)
    times = []
    for run in (engine.run, rig.advance):
        run(STRETCH)
        start = perf_counter()
        run(n)
        times.append(perf_counter() - start)
    print(
        f"  cl1 events over {culture.n_neurons:,} neurons: {20 / times[1]:.0f} × real time, "
        f"{times[1] / times[0] - 1:.1%} more than the simulation alone"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the neurons")
    np.seterr(all="raise", under="ignore")
    events(10_000 if parser.parse_args().quick else 100_000)
    print("others")
    plain_events()
    traces("cl1")
    traces("maxone")
