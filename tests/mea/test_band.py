"""The filters of traces are SciPy's, whatever the stretches in which a trace comes."""

import numpy as np
import pytest
from scipy.signal import sosfilt

from bl1.mea.band import AMPLIFIER_HZ, SPIKES_HZ, Band


@pytest.mark.parametrize("corners_hz", [AMPLIFIER_HZ, SPIKES_HZ])
@pytest.mark.parametrize("sampling_hz", [20_000.0, 25_000.0])
def test_it_filters_as_scipy_does(corners_hz, sampling_hz):
    traces = np.random.default_rng(0).normal(0, 30, (5000, 7)).astype(np.float32)
    band = Band(corners_hz, sampling_hz, 7)
    expected = sosfilt(band.sos, traces.astype(float), axis=0)
    ours = traces.copy()
    band.filter(ours)
    assert ours == pytest.approx(expected, rel=1e-5, abs=1e-4)
    again, cut = Band(corners_hz, sampling_hz, 7), traces.copy()
    for first, last in ((0, 1), (1, 700), (700, 5000)):
        again.filter(cut[first:last])
    assert np.array_equal(cut, ours)


def test_it_passes_its_band_and_nothing_else():
    t_s = np.arange(50_000) / 25_000

    def gain(hz):
        wave = np.sin(2 * np.pi * hz * t_s).astype(np.float32)[:, np.newaxis].copy()
        Band(SPIKES_HZ, 25_000.0, 1).filter(wave)
        return float(wave[25_000:].max())

    assert gain(1500) == pytest.approx(1.0, abs=0.02)
    assert gain(300) == pytest.approx(np.sqrt(0.5), abs=0.02)  # the corner: −3 dB
    assert gain(6000) == pytest.approx(np.sqrt(0.5), abs=0.02)
    assert gain(30) < 0.02
