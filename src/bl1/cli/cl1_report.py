"""What `bl1 cl1 probe` prints."""

import numpy as np

from bl1.cl1.channels import GROUPS
from bl1.cl1.device import Timing
from bl1.cl1.probe import Probed
from bl1.cli import console


def show_probed(found: Probed, timing: Timing) -> None:
    """Latencies, rates and signal, in tables."""
    late = int((found.beyond_s > timing.tick_s).sum())
    print(
        f"answers    {len(found.latency_s):,} of {found.n_asked:,}, {found.n_lost} lost, "
        f"{found.n_unsolicited} not asked for, {late} a tick or more late"
    )
    if len(found.beyond_s):
        whole, beyond = (
            np.percentile(1000 * each, (50, 95, 99)) for each in (found.latency_s, found.beyond_s)
        )
        print(
            "latency    p50 {:.1f}, p95 {:.1f}, p99 {:.1f} ms\n".format(*whole)
            + "beyond     p50 {:.2f}, p95 {:.2f}, p99 {:.2f} ms more than the ticks take".format(
                *beyond
            )
        )
    period_ms = 1000 * (timing.answer_s + timing.tick_s)
    after = [f"+{place * period_ms:.0f} ms" for place in range(len(found.after_pulse_hz))]
    rates = console.table(
        "group", "spontaneous", "evoked", *after, title="spikes a second, and after single pulses"
    )
    signal = console.table(
        "group",
        *(f"lag {lag}" for lag in found.r2),
        "shuffled",
        title="R² of counts on stimulation, held out",
    )
    for place, name in enumerate(GROUPS):
        columns = (found.spontaneous_hz, found.evoked_hz, *found.after_pulse_hz)
        rates.add_row(name, *(f"{column[place]:.2f}" for column in columns))
        columns = (*found.r2.values(), found.r2_shuffled)
        signal.add_row(name, *(f"{column[place]:+.3f}" for column in columns))
    console.show(rates)
    console.show(signal)
