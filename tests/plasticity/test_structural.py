"""Structural plasticity: who loses synapses, who gains them, from where, and how many at most."""

import numpy as np
import pytest

from bl1.config import (
    BackgroundConfig,
    CultureConfig,
    Experiment,
    RewardConfig,
    StdpConfig,
    StructuralConfig,
)
from bl1.network.culture import Culture


def dish(rule, mean=0.0, g_exc=0.001, **sections):
    return Culture.from_config(
        Experiment(
            name="turnover",
            culture=CultureConfig(
                n_neurons=400, density_per_mm2=500.0, lambda_um=150.0, g_exc=g_exc, g_inh=0.001
            ),
            background=BackgroundConfig(mean=mean),
            structural=rule,
            **sections,
        ),
        seed=3,
    )


def excitatory(culture, synapses):
    return synapses.sources() < culture.n_exc


def test_silent_cells_form_synapses_at_the_rate_of_the_rule():
    """K Δt/τ (1 − r/r*) a cell, from r = r* at first to r = 0."""
    rule = StructuralConfig(
        target_rate_hz=1.0, tau_s=5.0, tau_rate_s=0.5, interval_s=0.5, max_synapses=10**6
    )
    culture = dish(rule)
    before = excitatory(culture, culture.synapses).sum()
    running = culture.engine()
    running.run(20_000)
    now = running.synapses
    need = sum(1 - np.exp(-k) for k in range(1, 21))
    formed = before * 0.1 * need
    assert excitatory(culture, now).sum() - before == pytest.approx(formed, rel=0.05)
    inhibitory = ~excitatory(culture, now), ~excitatory(culture, culture.synapses)
    assert inhibitory[0].sum() == inhibitory[1].sum()


def test_new_synapses_lie_where_the_wiring_would_put_them_and_never_on_oneself():
    rule = StructuralConfig(target_rate_hz=1.0, tau_s=1.0, tau_rate_s=0.1, interval_s=0.5)
    culture = dish(rule)
    running = culture.engine()
    running.run(10_000)
    for synapses in (culture.synapses, running.synapses):
        sources, targets = synapses.sources(), synapses.targets.astype(int)
        assert not np.any(sources == targets)
    apart = culture.positions_um[sources] - culture.positions_um[targets]
    old = culture.positions_um[culture.synapses.sources()]
    old = old - culture.positions_um[culture.synapses.targets.astype(int)]
    mean_um = np.hypot(*apart.T).mean()
    assert mean_um == pytest.approx(np.hypot(*old.T).mean(), rel=0.05)
    delays_ms = synapses.delays() * 0.5
    nearby = np.hypot(*apart.T) < 50.0
    assert delays_ms[nearby].mean() < delays_ms[~nearby].mean()


def test_cells_that_fire_too_much_lose_synapses_exponentially():
    """Above twice the target rate: 1 − exp(−Δt/τ) in each interval."""
    rule = StructuralConfig(target_rate_hz=0.5, tau_s=5.0, tau_rate_s=0.1, interval_s=0.5)
    culture = dish(rule, mean=8.0)
    before = excitatory(culture, culture.synapses).sum()
    running = culture.engine()
    running.run(10_000)
    left = excitatory(culture, running.synapses).sum()
    assert left == pytest.approx(before * np.exp(-1.0), rel=0.05)


def test_weak_synapses_are_pruned_and_strong_ones_are_not():
    rule = StructuralConfig(
        target_rate_hz=1e-3, tau_s=1.0, tau_rate_s=1e6, interval_s=0.5, prune_below=0.001
    )
    culture = dish(rule)
    weak = excitatory(culture, culture.synapses) & (culture.synapses.weights < 0.001)
    assert weak.any() and not weak.all()
    running = culture.engine()
    running.run(40_000)
    kept = running.synapses
    assert not np.any(kept.weights[excitatory(culture, kept)] < np.float32(0.001))
    strong = excitatory(culture, culture.synapses) & ~weak
    assert excitatory(culture, kept).sum() == pytest.approx(strong.sum(), rel=0.01)


def test_no_more_synapses_form_than_are_allowed():
    culture = dish(None)
    limit = culture.n_synapses + 100
    rule = StructuralConfig(
        target_rate_hz=1.0, tau_s=1.0, tau_rate_s=0.1, interval_s=0.5, max_synapses=limit
    )
    running = dish(rule).engine()
    running.run(10_000)
    assert len(running.synapses.targets) == limit


def test_what_remains_keeps_its_weight_and_its_eligibility_goes_with_it():
    rule = StructuralConfig(target_rate_hz=200.0, tau_s=20.0, tau_rate_s=1.0, interval_s=0.5)
    culture = dish(rule, mean=6.0, g_exc=0.01, stdp=StdpConfig(w_max=0.02), reward=RewardConfig())
    running = culture.engine()
    running.run(999)
    before, e = running.synapses, running.eligibility()
    marks = dict(zip(map(float, before.weights), e.tolist(), strict=False))
    running.run(1)  # the rule acts
    after = running.synapses
    assert len(after.targets) > len(before.targets)
    decay = np.exp(-0.5 / 1000.0)
    found = dict(zip(map(float, after.weights), running.eligibility().tolist(), strict=False))
    quiet = [w for w in marks if w in found and abs(marks[w]) > 1e-6]
    moved = [abs(found[w] - marks[w] * decay) < 1e-6 for w in quiet]
    assert len(quiet) > 1000 and np.mean(moved) > 0.95
