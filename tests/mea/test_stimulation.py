"""Pulses: what hardware allows, whom they fire, and what a culture does when it is stimulated."""

import numpy as np
import pytest

from bl1.config import MeaConfig
from bl1.errors import Bl1Error
from bl1.mea.activation import Activation, effective_strength
from bl1.mea.layout import cl1
from bl1.mea.rig import Rig
from bl1.mea.stimulation import (
    CL1_LIMITS,
    VOLTAGE_LIMITS,
    Phase,
    Pulse,
    Train,
    biphasic,
    bursts,
    limits_of,
    monophasic,
    triphasic,
)
from bl1.network.culture import Culture


def test_pulses_that_are_balanced_leave_no_charge():
    assert biphasic(-1.5, 120).net_charge_nc == pytest.approx(0)
    assert triphasic(-2.0, 160).net_charge_nc == pytest.approx(0)
    assert monophasic(-1.0, 200).net_charge_nc == pytest.approx(-0.2)
    for pulse in (biphasic(-1.5, 120), triphasic(-2.0, 160), monophasic(3.0, 1000)):
        pulse.check(CL1_LIMITS)
    biphasic(150, 200, "voltage").check(VOLTAGE_LIMITS)


@pytest.mark.parametrize(
    ("pulse", "sentence"),
    [
        (
            biphasic(-3.1, 100),
            r"phase 1 of the pulse has -3.1 µA, but cl1 is safe only up to ±3 µA",
        ),
        (monophasic(3.0, 1020), "delivers 3.06 nC, but cl1 is safe only up to 3 nC"),
        (biphasic(1.0, 110), "lasts 110 µs, expected a multiple of 20 µs"),
        (biphasic(float("nan"), 100), "has nan µA, expected a number other than 0"),
        (monophasic(0.0, 100), "has 0.0 µA"),
        (monophasic(1.0, 0), "lasts 0 µs"),
        (Pulse((Phase(1, 20), Phase(1, 20))), "same polarity"),
        (Pulse((Phase(1, 20), Phase(-1, 20)) * 2), "a pulse of 4 phases"),
        (Pulse(()), "a pulse of 0 phases"),
        (biphasic(100, 200, "voltage"), "a voltage pulse was asked of cl1, expected current"),
    ],
)
def test_an_unsafe_pulse_is_refused(pulse, sentence):
    with pytest.raises(Bl1Error, match=sentence):
        pulse.check(CL1_LIMITS)


@pytest.mark.parametrize(
    ("train", "sentence"),
    [
        (Train((1,), biphasic(1, 100), 2, 201.0), "a train at 201 Hz, but cl1 gives"),
        (Train((1,), biphasic(1, 100), 2, 0.0), "a train at 0 Hz"),
        (Train((), biphasic(1, 100)), "names no electrode"),
        (Train((1,), biphasic(1, 100), 0), "a train of 0 pulses"),
        (Train((1,), biphasic(1, 100), delay_s=-1), "begins in -1 s"),
        (Train((1,), biphasic(9, 100)), "safe only up to"),
        (Train((1, 2, 1), biphasic(1, 100)), "names an electrode twice"),
        (Train((1,), biphasic(0.3, 5000), 2, 150.0), "10000 µs at 150 Hz would overlap"),
        (Train((1,), biphasic(1, 100), 10**8, 10.0), "a train of 100000000 pulses"),
    ],
)
def test_an_unsafe_train_is_refused(train, sentence):
    with pytest.raises(Bl1Error, match=sentence):
        train.check(CL1_LIMITS)


def test_bursts_of_a_train_begin_at_their_distance():
    trains = bursts(Train((1,), biphasic(1, 100), 3, 100.0), 2, every_s=0.5)
    times_s = [t for train in trains for t in train.times_s]
    assert times_s == pytest.approx([0, 0.01, 0.02, 0.5, 0.51, 0.52])
    with pytest.raises(Bl1Error, match="0 bursts every"):
        bursts(trains[0], 0, 1.0)


def test_cathodic_current_and_longer_phases_excite_more():
    assert effective_strength(biphasic(-1.5, 200)) == pytest.approx(1.0)
    assert effective_strength(monophasic(1.5, 200)) == pytest.approx(1 / 3)
    assert effective_strength(biphasic(150, 200, "voltage")) == pytest.approx(1.0)
    # Weiss: the threshold at 100 µs is 1.5 times that at 200 µs for a chronaxie of 200 µs.
    assert effective_strength(monophasic(-1.5, 100)) == pytest.approx(1 / 1.5)


LOUD = MeaConfig(spike_uv=100.0, halving_um=40.0)


def activation():
    rng = np.random.default_rng(0)
    return Activation.of(rng.uniform(0, 1400, (4000, 2)), cl1(), MeaConfig(), 0)


def test_recruitment_grows_with_the_current_and_falls_with_distance():
    dish = activation()
    place = dish.layout.positions_um[dish.layout.index_of([27])[0]]
    apart_um = np.linalg.norm(dish.positions_um - place, axis=1)
    fired = [len(dish.fired((27,), biphasic(-i, 200))) for i in (0.375, 0.75, 1.5, 3.0)]
    assert fired == sorted(fired)
    assert fired[0] < 0.4 * fired[1] and fired[3] > 1.6 * fired[2]
    near = dish.fired((27,), biphasic(-1.5, 200))
    # At the nominal radius about half of the cells fire.
    rim = (apart_um > 65) & (apart_um < 85)
    assert np.isin(np.flatnonzero(rim), near).mean() == pytest.approx(0.5, abs=0.2)
    assert np.isin(np.flatnonzero(apart_um < 35), near).mean() > 0.95
    assert not np.any(apart_um[near] > 200)


def dish():
    return Culture.from_config("wagenaar_calibrated", seed=0, n_neurons=1500)


def test_a_stimulated_culture_answers_within_milliseconds_near_the_electrode():
    rig = Rig(dish(), LOUD)
    rig.stimulate(Train((27,), biphasic(-1.5, 200), 10, 5.0, delay_s=0.1))
    heard = rig.advance(4200)
    assert [(step, rig.layout.electrodes[place], a) for step, place, a in heard.pulses] == [
        (step, 27, -1.5) for step in range(200, 4200, 400)
    ]
    direct = heard.spikes.ids[(heard.spikes.steps >= 200) & (heard.spikes.steps < 206)]
    expected = rig._activation.fired((27,), biphasic(-1.5, 200))
    assert np.isin(expected, direct).mean() > 0.9
    # On the electrode and its four neighbours, in the 10 ms before the pulses and after them.
    near = np.isin(heard.events.ids, rig.layout.index_of([27, 26, 28, 19, 35]))
    since_ms = (heard.events.samples[near, np.newaxis] - np.arange(2500, 52_500, 5000)) / 25
    before, after = np.sum((since_ms >= -10) & (since_ms < 0)), np.sum(abs(since_ms - 5) <= 5)
    assert after > 2 * before


def test_a_train_is_the_same_however_the_run_is_cut_and_traces_show_it():
    train = Train((27, 28), biphasic(-1.5, 200), 5, 50.0, delay_s=0.011)

    def run(traces, *parts):
        rig = Rig(dish(), LOUD, traces=traces)
        rig.stimulate(train)
        heard = [rig.advance(n) for n in parts] + [rig.finish()]
        spikes = np.concatenate([part.spikes.steps * 2000 + part.spikes.ids for part in heard])
        pulses = [pulse for part in heard for pulse in part.pulses]
        frames = [part.frames for part in heard if part.frames is not None]
        return spikes, pulses, np.concatenate(frames) if frames else None

    spikes, pulses, _ = run(False, 400)
    assert [step for step, *_ in pulses] == [22, 22, 62, 62, 102, 102, 142, 142, 182, 182]
    for cut in (run(False, 1, 21, 1, 77, 300), run(True, 400), run(True, 22, 78, 300)):
        assert np.array_equal(cut[0], spikes)
        assert cut[1] == pulses
    frames = run(True, 22, 78, 300)[2]
    assert frames.shape == (5000, 59)
    own = frames[:, cl1().index_of([27])[0]] * 0.195
    assert own[275:300].min() < -3000


def test_an_unsafe_or_absent_electrode_gives_no_pulse():
    rig = Rig(dish(), LOUD)
    with pytest.raises(Bl1Error, match="electrode 7 of cl1 is ground"):
        rig.stimulate(Train((7,), biphasic(-1.5, 200)))
    with pytest.raises(Bl1Error, match="safe only up to"):
        rig.stimulate(Train((27,), biphasic(-1500, 200)))
    assert rig.advance(10).pulses == []
    with pytest.raises(Bl1Error, match="n_steps is 3, expected a multiple of 2"):
        Rig(dish(), LOUD, traces=True).advance(3)


def test_trains_together_keep_the_limits_of_each_electrode():
    rig = Rig(dish(), LOUD)
    rig.stimulate(Train((27, 28), biphasic(-1.5, 200), 5, 100.0))
    for train in (
        Train((28,), biphasic(-1.5, 200)),
        Train((27,), biphasic(-1.5, 200), 3, 100.0, delay_s=0.002),
    ):
        with pytest.raises(Bl1Error, match="would get two pulses within 5 ms, but cl1 gives at"):
            rig.stimulate(train)
    rig.stimulate(Train((26,), biphasic(-1.5, 200)))
    rig.stimulate(Train((28,), biphasic(-1.5, 200), delay_s=0.046))
    assert len(rig.advance(200).pulses) == 12
    rig.stimulate(Train((28,), biphasic(-1.5, 200)))
    assert len(rig.advance(10).pulses) == 1


def test_a_maxone_stimulates_32_electrodes_together_and_is_called_by_its_name():
    limits = limits_of("maxone", "current")
    Train(tuple(range(32)), biphasic(1, 100)).check(limits)
    with pytest.raises(Bl1Error, match="on 33 electrodes, but maxone stimulates at most 32"):
        Train(tuple(range(33)), biphasic(1, 100)).check(limits)
    with pytest.raises(Bl1Error, match="maxone is safe only up to"):
        biphasic(4, 100).check(limits)


def test_a_pulse_of_voltage_has_no_current_that_is_known():
    rig = Rig(dish(), LOUD)
    rig.stimulate(Train((27,), biphasic(150.0, 200, "voltage")))
    ((step, place, current_ua),) = rig.advance(10).pulses
    assert (step, rig.layout.electrodes[place]) == (0, 27)
    assert np.isnan(current_ua)
