"""Validation: what is a range, what lies inside it, and what is not known."""

import math
from pathlib import Path

import numpy as np
import pytest

from bl1.analysis.measure import Measure
from bl1.analysis.statistics import nine_statistics
from bl1.config import load_experiment
from bl1.errors import Bl1Error
from bl1.experiments.record import record
from bl1.experiments.validation import (
    OF_BURSTS,
    Reference,
    Verdict,
    as_json,
    files_of,
    held_against,
    reference_from,
    reference_of,
    validate,
)
from bl1.mea.layout import cl1
from bl1.network.culture import Culture
from bl1.recording import Recording, save

CONFIG = load_experiment("wagenaar_calibrated").plated(600)
NAMES = [
    "rate per electrode", "bursts per minute", "burst duration", "inter-burst interval",
    "CV of inter-burst intervals", "recruitment", "share of spikes in bursts", "burstiness index",
    "branching ratio m",
]  # fmt: skip


def electrodes(
    seed: int, every_s: float | None = None, seconds: float = 120.0, rate_hz: float = 0.2
) -> Recording:
    """Poisson spikes on 59 electrodes, and bursts of 0.6 s on 30 of them every so often."""
    rng = np.random.default_rng(seed)
    n = rng.poisson(59 * rate_hz * seconds)
    parts = [(rng.uniform(0, seconds, n), rng.integers(0, 59, n))]
    if every_s is not None:
        for start in np.arange(2.0, seconds - 2, every_s):
            times_s = np.sort(start + 0.6 * rng.random((30, 25)), axis=1).ravel()
            parts.append((times_s, np.repeat(rng.permutation(59)[:30], 25)))
    times_s, ids = (np.concatenate(column) for column in zip(*parts, strict=True))
    steps = (times_s * 25_000).astype(np.int64)
    order = np.lexsort((ids, steps))
    return Recording(
        steps[order], ids[order].astype(np.int32), 0.04, round(25_000 * seconds), 59, layout=cl1()
    )


def saved(folder: Path, **recordings: Recording) -> list[Path]:
    for name, recording in recordings.items():
        save(recording, folder / f"{name}.txt.gz")
    return files_of([folder])


def verdicts_of(found: list[Verdict]) -> dict[str, str]:
    return {verdict.measure.name: verdict.verdict for verdict in found}


@pytest.fixture(scope="module")
def bursting(tmp_path_factory) -> Reference:
    folder = tmp_path_factory.mktemp("bursting")
    return reference_of(saved(folder, a=electrodes(1, 8.0), b=electrodes(2, 11.0)))


def test_the_range_is_from_the_lowest_to_the_highest(bursting):
    assert list(bursting.measures) == ["a", "b"] and bursting.left_out == ()
    expected = [nine_statistics(electrodes(seed, every)) for seed, every in ((1, 8.0), (2, 11.0))]
    for name, *pair in zip(NAMES, *expected, strict=True):
        values = [measure.value for measure in pair if measure.value is not None]
        if values:
            assert bursting.ranges[name] == (min(values), max(values)), name
        else:
            assert name not in bursting.ranges
    assert set(NAMES[:8]) <= set(bursting.ranges)


def test_a_recording_lies_inside_the_range_of_itself(bursting):
    for seed, every_s in ((1, 8.0), (2, 11.0)):
        found = verdicts_of(held_against(electrodes(seed, every_s), bursting))
        assert [found[name] for name in NAMES[:8]] == ["inside"] * 8
    assert list(found) == NAMES


def test_others_lie_outside_by_what_is_told(bursting):
    found = {v.measure.name: v for v in held_against(electrodes(3, 4.0, rate_hz=0.6), bursting)}
    for name in ("rate per electrode", "bursts per minute", "inter-burst interval"):
        verdict, (low, high) = found[name], bursting.ranges[name]
        value = verdict.measure.value
        assert verdict.verdict == "outside", name
        bound = high if value > high else low
        assert verdict.off_by == pytest.approx((value - bound) / bound)
    assert found["bursts per minute"].off_by > 0.5
    assert found["inter-burst interval"].off_by < -0.4


def measure(value: float | None) -> Measure:
    return Measure("y", value, "", None, 1, "cells", "planted", None if value else "no data")


@pytest.mark.parametrize(
    ("value", "span", "verdict", "off_by"),
    [
        (1.0, (1.0, 2.0), "inside", None),
        (2.0, (1.0, 2.0), "inside", None),
        (3.0, (1.0, 2.0), "outside", 0.5),
        (0.5, (1.0, 2.0), "outside", -0.5),
        (-3.0, (-2.0, -1.0), "outside", -0.5),
        (0.5, (0.0, 0.0), "outside", math.inf),
        (None, (1.0, 2.0), "not enough data", None),
        (1.0, None, "not enough data", None),
    ],
)
def test_a_verdict(value, span, verdict, off_by):
    found = Verdict(measure(value), span)
    assert (found.verdict, found.off_by) == (verdict, off_by)


def test_recordings_without_bursts_do_not_say_how_many_bursts_are_usual(tmp_path, bursting):
    files = saved(tmp_path, a=electrodes(1, 8.0), b=electrodes(2, 11.0), young=electrodes(4))
    found = reference_of(files)
    assert found.left_out == ("young",) and list(found.measures) == ["a", "b", "young"]
    for name in OF_BURSTS:
        assert found.ranges[name] == bursting.ranges[name]
    assert found.ranges["rate per electrode"][0] < bursting.ranges["rate per electrode"][0]
    assert verdicts_of(held_against(electrodes(5), found))["bursts per minute"] == "outside"


def test_where_none_bursts_that_is_usual(tmp_path):
    found = reference_of(saved(tmp_path, a=electrodes(4), b=electrodes(5)))
    assert found.left_out == () and found.ranges["bursts per minute"] == (0.0, 0.0)
    assert "burst duration" not in found.ranges
    verdicts = verdicts_of(held_against(electrodes(4), found))
    assert verdicts["bursts per minute"] == verdicts["burstiness index"] == "inside"
    assert verdicts["burst duration"] == "not enough data"


def test_of_twenty_seconds_there_is_no_verdict(bursting):
    found = held_against(electrodes(1, 8.0, seconds=20.0), bursting)
    *eight, branching = found
    assert {verdict.verdict for verdict in eight} == {"not enough data"}
    assert all(verdict.measure.reason for verdict in eight)
    assert branching.measure.interval_95 is None  # m is known from ten seconds on, if not how well


def test_a_culture_lies_inside_what_was_recorded_of_it(tmp_path):
    culture = Culture.from_config(CONFIG, seed=2)
    save(record(culture, 40.0), tmp_path / "itself.txt.gz")
    reference = reference_of(files_of([tmp_path / "itself.txt.gz"]))
    found = verdicts_of(validate(CONFIG, reference, seed=2, seconds=40.0))
    assert set(found.values()) <= {"inside", "not enough data"}
    assert found["rate per electrode"] == found["burstiness index"] == "inside"
    other = verdicts_of(validate(CONFIG, reference, seed=3, seconds=40.0))
    assert "outside" in other.values()  # a range of one recording is a point
    young = validate(CONFIG, reference, seed=2, seconds=40.0, div=7.0)
    assert verdicts_of(young)["rate per electrode"] == "outside"


def test_json_is_plain(bursting):
    report = as_json(4, held_against(electrodes(1, 8.0), bursting))
    assert list(report) == ["seed", "statistics"] and report["seed"] == 4
    assert [entry["statistic"] for entry in report["statistics"]] == NAMES
    for entry in report["statistics"]:
        assert list(entry) == [
            "statistic", "value", "unit", "interval_95", "n", "of", "method", "range", "verdict",
            "reason",
        ]  # fmt: skip
        assert entry["verdict"] in ("inside", "outside", "not enough data")
        assert entry["range"] is None or isinstance(entry["range"], list)


def test_recordings_of_one_name_are_told_apart(tmp_path):
    for folder, seed in (("x", 1), ("y", 2)):
        (tmp_path / folder).mkdir()
        save(electrodes(seed, 8.0), tmp_path / folder / "dish.txt.gz")
    save(electrodes(3, 8.0), tmp_path / "x" / "other.txt.gz")
    found = reference_of(files_of([tmp_path / "x", tmp_path / "y"]))
    x, y = (str(tmp_path / folder / "dish.txt.gz") for folder in "xy")
    assert list(found.measures) == [x, "other", y]


def test_files_are_found_in_folders_and_by_name(tmp_path):
    files = saved(tmp_path, b=electrodes(1, seconds=31.0), a=electrodes(2, seconds=31.0))
    (tmp_path / ".hidden").write_text("no recording")
    (tmp_path / "folder").mkdir()
    assert [file.name for file in files] == ["a.txt.gz", "b.txt.gz"]
    assert files_of([tmp_path]) == files
    assert files_of([files[1], tmp_path]) == [files[1], *files]
    with pytest.raises(Bl1Error, match=r"there is no recording or folder of recordings '.*none'"):
        files_of([tmp_path / "none"])
    with pytest.raises(Bl1Error, match=r"there are no recordings in .*folder"):
        files_of([tmp_path / "folder"])


def test_a_broken_file_is_named(tmp_path):
    saved(tmp_path, a=electrodes(1, seconds=31.0))
    (tmp_path / "broken.txt").write_text("0.1 1\nnonsense\n")
    with pytest.raises(Bl1Error, match=r"broken\.txt, line 2: found 'nonsense'"):
        reference_of(files_of([tmp_path]))


def test_ranges_can_be_made_of_measures_at_hand():
    measures = {str(seed): nine_statistics(electrodes(seed, 8.0)) for seed in (1, 2)}
    assert reference_from(measures).measures == measures
