"""Recordings that files must keep, and what it means to have kept them."""

import numpy as np

from bl1.core.spikes import SpikeTrain
from bl1.mea.layout import Layout
from bl1.recording import Recording, Stimuli, Traces

N_STEPS = 12_500


def recorded(layout: Layout, n_spikes: int = 400, seed: int = 0, traces: bool = True) -> Recording:
    """Half a second of spikes at random, with all that a recording can have."""
    rng = np.random.default_rng(seed)
    n = len(layout)
    spikes = np.sort(rng.choice(N_STEPS * n, n_spikes, replace=False))
    steps, ids = np.divmod(spikes, n)
    pulses = np.sort(rng.choice(N_STEPS, 7, replace=False))
    samples = rng.integers(-200, 200, (N_STEPS, n), np.int16)
    return Recording(
        steps=steps,
        ids=ids.astype(np.int32),
        dt_ms=1000.0 / layout.sampling_hz,
        n_steps=N_STEPS,
        n_units=n,
        metadata={"seed": seed, "config": {"name": "dish"}, "version": "0.1.0"},
        layout=layout,
        amplitudes_uv=rng.gamma(4.0, 10.0, n_spikes).astype(np.float32),
        stimuli=Stimuli(
            pulses, rng.integers(0, n, 7).astype(np.int32), np.full(7, 1.5, np.float32)
        ),
        traces=Traces(samples, 0.195) if traces else None,
    )


def assert_same_recording(found: SpikeTrain, wanted: Recording) -> None:
    """Every field of the two is equal, to the bit."""
    assert isinstance(found, Recording)
    assert_same_train(found, wanted)
    for name in ("electrodes", "positions_um"):
        np.testing.assert_array_equal(getattr(found.layout, name), getattr(wanted.layout, name))
    for name in ("name", "sampling_hz", "read_at_once", "uv_per_bit", "ground", "reference"):
        assert getattr(found.layout, name) == getattr(wanted.layout, name)
    np.testing.assert_array_equal(found.amplitudes_uv, wanted.amplitudes_uv)
    for found_column, wanted_column in zip(found.stimuli, wanted.stimuli, strict=True):
        np.testing.assert_array_equal(found_column, wanted_column)
        assert found_column.dtype == wanted_column.dtype
    assert (found.traces is None) == (wanted.traces is None)
    if found.traces is not None and wanted.traces is not None:
        assert found.traces.uv_per_bit == wanted.traces.uv_per_bit
        np.testing.assert_array_equal(found.traces.samples[:], wanted.traces.samples)


def assert_same_train(found: SpikeTrain, wanted: SpikeTrain) -> None:
    """Events, times, units and metadata of the two are equal."""
    assert found.hash() == wanted.hash()
    for name in ("dt_ms", "n_steps", "n_units", "n_exc", "metadata"):
        assert getattr(found, name) == getattr(wanted, name), name
