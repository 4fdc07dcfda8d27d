"""Band-pass filters for traces that come in stretches: the amplifier's, and that of spikes.

Butterworth filters of second order (four poles: two sections of second order one after the other),
designed by SciPy. They run over all electrodes of a frame side by side, in the arithmetic of
``scipy.signal.sosfilt`` (transposed direct form II, float64), several times faster, since its loop
goes along time.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bl1.core.jit import compiled

AMPLIFIER_HZ = (1.0, 7500.0)
SPIKES_HZ = (300.0, 6000.0)


class Band:
    """A band-pass filter that remembers where a stretch ended.

    Args:
        low_high_hz: corners of the band (Hz).
        sampling_hz: samples a second.
        n_electrodes: columns of the traces.
    """

    def __init__(
        self, low_high_hz: tuple[float, float], sampling_hz: float, n_electrodes: int
    ) -> None:
        from scipy.signal import butter

        self.sos: NDArray[np.float64] = butter(
            2, low_high_hz, "bandpass", fs=sampling_hz, output="sos"
        )
        self._state = np.zeros((len(self.sos), 2, n_electrodes))

    def filter(self, traces: NDArray[np.float32]) -> None:
        """Filter the next (frames, electrodes), in place."""
        _filter(traces, self.sos, self._state)


@compiled
def _filter(traces: Any, sos: Any, state: Any) -> None:
    n_electrodes = traces.shape[1]
    row = np.empty(n_electrodes)
    for frame in range(traces.shape[0]):
        for electrode in range(n_electrodes):
            row[electrode] = traces[frame, electrode]
        for section in range(sos.shape[0]):
            b0, b1, b2 = sos[section, 0], sos[section, 1], sos[section, 2]
            a1, a2 = sos[section, 4], sos[section, 5]
            first, second = state[section, 0], state[section, 1]
            for electrode in range(n_electrodes):
                x = row[electrode]
                y = b0 * x + first[electrode]
                first[electrode] = b1 * x - a1 * y + second[electrode]
                second[electrode] = b2 * x - a2 * y
                row[electrode] = y
        for electrode in range(n_electrodes):
            traces[frame, electrode] = row[electrode]
