"""A simulation that is watched: what browsers see of it, and how fast it goes."""

import os
import signal
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
import simplejpeg
from monitor.lived import next_told
from monitor.watching import Seen, meanwhile, watched

from bl1.experiments.dishbrain_dish import Dish
from bl1.loop.options import SessionOptions
from bl1.loop.session import make_session
from bl1.mea.rig import Rig
from bl1.mea.stimulation import Train, biphasic
from bl1.monitor.address import Address
from bl1.monitor.scenes import dish_scene, pong_scene
from bl1.monitor.watch import Watch
from bl1.network.culture import Culture


@pytest.fixture(scope="module")
def culture() -> Culture:
    return Culture.from_config("cl1_culture", n_neurons=600)


def test_every_spike_is_shown_and_none_is_changed(culture) -> None:
    alone = culture.engine().run(4000)
    engine = culture.engine()
    with watched() as seen:
        seen.watch.cells("a culture", engine, culture)
        seen.look()
        hello = next_told(seen.viewer, "hello")
        with meanwhile(lambda: [engine.run(100) for _ in range(40)], seen.watch.look_away):
            shown = seen.stretches(until_s=4000 * engine.dt_ms / 1000)
    assert hello["title"] == "a culture" and hello["is_paced"]
    assert np.array_equal(shown.spikes[1], alone.ids)
    assert shown.spikes[0] == pytest.approx(alone.steps * engine.dt_ms / 1000)
    assert shown.n_all == shown.bands.sum() == len(alone.ids)
    of_row, places = hello["sites"]["of_row"], hello["sites"]["places"]
    assert len(of_row) == 600
    column, row = np.array([places[site] for site in of_row]).T
    x, y = (culture.positions_um / culture.side_um * 8).T
    assert np.all((x - column >= 0) & (x - column <= 1))
    assert np.all((y - (7 - row) >= 0) & (y - (7 - row) <= 1))  # upwards


def test_it_goes_in_real_time_until_another_pace_is_asked_for(culture) -> None:
    engine = culture.engine()
    second = round(1000 / engine.dt_ms)
    with watched() as seen:
        seen.watch.cells("a culture", engine)
        seen.look()
        assert next_told(seen.viewer, "pace") == 1
        start_s = time.monotonic()
        for _ in range(20):
            engine.run(second // 20)
        assert 0.7 < time.monotonic() - start_s < 2
        seen.ask(pace=0.5)
        assert pace_told(seen, lambda: engine.run(second // 100)) == 0.5
        start_s = time.monotonic()
        engine.run(second // 2)
        assert 0.7 < time.monotonic() - start_s < 2
        seen.ask(pace=None)
        assert pace_told(seen, lambda: engine.run(second // 100)) is None
        start_s = time.monotonic()
        engine.run(10 * second)
        assert time.monotonic() - start_s < 8


def pace_told(seen: Seen, live: Callable[[], object]) -> float | None:
    """The pace that viewers are told next, while the culture goes on."""
    ends = threading.Event()

    def go_on() -> None:
        while not ends.is_set():
            live()

    with meanwhile(go_on):
        pace = next_told(seen.viewer, "pace")
        ends.set()
    return pace


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"pace": 0}, "a pace of 0, expected 0.01 to 1000 times real time"),
        ({"pace": "fast"}, "a pace of fast, expected"),
        ({"stimulate": [8, 1.5]}, "a simulation can be given another pace from here, nothing else"),
    ],
)
def test_what_it_cannot_do_is_refused(culture, wish, why) -> None:
    engine = culture.engine()
    with watched() as seen:
        seen.watch.cells("a culture", engine)
        seen.look()
        seen.ask(**wish)
        with meanwhile(lambda: [engine.run(50) for _ in range(20)]):
            assert next_told(seen.viewer, "refusal").startswith(why)


def test_electrodes_hear_and_pulses_are_shown(culture) -> None:
    rigs = Rig(culture), Rig(culture)
    for rig in rigs:
        rig.stimulate(Train((20, 27), biphasic(1.5, 120.0), n_pulses=2, rate_hz=5.0, delay_s=0.1))
    alone = rigs[0].advance(2000)
    with watched() as seen:
        seen.watch.rig("a culture on an array", rigs[1], {"two of them": [20, 27]})
        seen.look()
        hello = next_told(seen.viewer, "hello")
        with meanwhile(lambda: [rigs[1].advance(500) for _ in range(4)], seen.watch.look_away):
            shown = seen.stretches(until_s=1.0)
    sites = hello["sites"]
    numbers = {name: site for site, name in enumerate(sites["names"])}
    assert sites["names"] == [f"electrode {number}" for number in sites["numbers"]]
    assert sites["of_row"] is None and len(numbers) == 59
    assert sites["groups"]["two of them"] == [numbers["electrode 20"], numbers["electrode 27"]]
    assert sites["places"][numbers["electrode 27"]] == [3, 3]
    assert np.array_equal(shown.events[1], alone.events.ids)
    assert shown.events[0] == pytest.approx(alone.events.samples / 25_000)
    assert shown.pulses[0] == pytest.approx([0.1, 0.1, 0.3, 0.3])
    assert set(shown.pulses[1].tolist()) == set(sites["groups"]["two of them"])


def test_another_culture_takes_its_place_with_its_own_time(culture) -> None:
    first, second = culture.engine(), Culture.from_config("cl1_culture", n_neurons=300).engine()
    second.run(200)
    with watched() as seen:
        seen.watch.cells("the first", first)
        seen.look()
        assert next_told(seen.viewer, "hello")["title"] == "the first"
        first.run(400)
        seen.watch.cells("the second", second)
        hello = next_told(seen.viewer, "hello")
        assert (hello["title"], hello["n_neurons"]) == ("the second", 300)
        with meanwhile(lambda: [second.run(100) for _ in range(8)], seen.watch.look_away):
            shown = seen.stretches(until_s=0.5)
        first.run(400)  # which is seen no longer
    assert shown.first_s == pytest.approx(0.1)
    assert shown.spikes[1].max() < 300
    assert first.listener is None


def test_a_page_that_dies_leaves_the_run_at_full_speed(culture) -> None:
    engine = culture.engine()
    with watched() as seen:
        seen.watch.cells("a culture", engine)
        seen.look()
        assert seen.watch.pid is not None
        os.kill(seen.watch.pid, signal.SIGKILL)
        start_s = time.monotonic()
        for _ in range(200):
            engine.run(200)
        assert time.monotonic() - start_s < 15  # for 20 s of the culture
        seen.watch.cells("another culture", culture.engine())
    assert seen.said[1:2] == ["the monitor has ended unexpectedly; the run goes on, at full speed"]


def test_a_long_stretch_is_shown_as_its_time_passes_and_to_its_end(culture) -> None:
    engine = culture.engine()
    with watched() as seen:
        seen.watch.cells("a culture", engine)
        seen.look()
        lasts_s = []
        with meanwhile(lambda: engine.run(round(1500 / engine.dt_ms))):
            start_s = time.monotonic()
            while time.monotonic() - start_s < 1.2:
                lasts_s.append(seen.stretches(until_s=0).last_s)
        assert np.all(np.diff(lasts_s) < 0.3)
        assert lasts_s[-1] < 1.45  # what is not lived yet is not shown
        seen.watch.close()
        assert seen.stretches(until_s=1.5).last_s == pytest.approx(1.5)


def test_a_run_that_is_to_end_is_held_up_no_longer(culture) -> None:
    engine, stopped = culture.engine(), threading.Event()
    watch = Watch(Address.taken("127.0.0.1", 0), lambda sentence: None, stopped.is_set)
    watch.cells("a culture", engine)
    threading.Timer(0.5, stopped.set).start()
    start_s = time.monotonic()
    engine.run(round(60_000 / engine.dt_ms))
    assert time.monotonic() - start_s < 30
    watch.close()


def test_pong_is_seen_as_it_is_played() -> None:
    session = make_session(SessionOptions(substrate="bank"))
    session.run(10)
    assert session.substrate.engine is not None
    with watched() as seen:
        seen.watch.cells("Pong", session.substrate.engine, scene=pong_scene(session))
        seen.look()
        assert next_told(seen.viewer, "hello")["panels"] == ["game", "decoder"]
        with meanwhile(lambda: session.run(100)):
            decoder = next_told(seen.viewer, "decoder")
            picture = b""
            while picture[:1] != b"\x02":
                message = seen.viewer.recv(timeout=10)
                picture = message if isinstance(message, bytes) else b""
    assert list(decoder["actions"]) == [f"band {band}" for band in range(15, -1, -1)]
    assert sum(decoder["actions"].values()) == pytest.approx(1, abs=1e-6)
    assert set(decoder["counts"]) >= {"balls", "rally"}
    assert simplejpeg.decode_jpeg(picture[4:]).shape == (240, 240, 3)


def test_a_dish_tells_what_its_motor_regions_do() -> None:
    from bl1.config import load_experiment

    dish = Dish(load_experiment("dishbrain"), "closed_loop", seed=0)
    scene = dish_scene(dish)
    dish.play(2.0)
    rgb, decoder = scene()
    assert rgb.shape == (240, 240, 3)
    assert len(decoder["actions"]) == dish.loop.motor_regions * 2
    hits = sum(arrival.hit for arrival in dish.arrivals)
    assert decoder["counts"] == {"balls": len(dish.arrivals), "hits": hits}
