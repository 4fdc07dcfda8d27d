"""Layouts: what the hardware has, what is read, and what cannot be."""

import numpy as np
import pytest

from bl1.errors import Bl1Error
from bl1.mea.layout import Layout, cl1, from_probe, maxone, mea60, spread_out


def test_cl1_reads_59_channels_numbered_down_its_columns():
    layout = cl1()
    assert len(layout) == 59
    assert not {0, 4, 7, 56, 63} & set(layout.electrodes.tolist())
    place = dict(zip(layout.electrodes.tolist(), layout.positions_um.tolist(), strict=True))
    assert place[1] == [0, 200]
    assert place[8] == [200, 0]
    assert place[62] == [1400, 1200]


def test_maxone_is_a_grid_of_26_400_on_3_85_by_2_10_mm():
    layout = maxone()
    assert len(layout) == 26_400
    extent = np.ptp(layout.positions_um, axis=0) + 17.5
    assert extent.tolist() == [3850.0, 2100.0]
    assert layout.positions_um[221].tolist() == [17.5, 17.5]


def test_mea60_has_no_reference_and_unknown_places():
    assert len(mea60()) == 59
    with pytest.raises(Bl1Error, match="where the electrodes of layout mea60 lie is not known"):
        _ = mea60().places_um


def test_a_choice_of_1024_covers_the_whole_array_evenly():
    chosen = spread_out(maxone())
    assert len(chosen) == 1024
    counts, _, _ = np.histogram2d(*chosen.positions_um.T, bins=(4, 2))
    assert counts.min() > 100
    assert len(spread_out(cl1())) == 59


def test_a_selection_keeps_order_and_places():
    chosen = cl1().selected([62, 1])
    assert chosen.electrodes.tolist() == [62, 1]
    assert chosen.positions_um.tolist() == [[1400, 1200], [0, 200]]
    assert chosen.index_of([1]).tolist() == [1]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: cl1().selected([64]), r"electrode 64 is not among the 59 .* \(numbers 1 to 62\)"),
        (lambda: cl1().selected([7]), "electrode 7 of cl1 is ground"),
        (lambda: cl1().selected([4]), "electrode 4 of cl1 is reference"),
        (lambda: cl1().selected([1, 1]), "an electrode is named twice"),
        (lambda: maxone().selected(np.arange(1025)), "1025 electrodes are selected, .* at most"),
        (lambda: spread_out(maxone(), 2000), "2000 electrodes are to be read"),
        (
            lambda: Layout("x", np.arange(2, dtype=np.int32), np.zeros((3, 2)), 1e4, 2),
            r"positions have shape \(3, 2\)",
        ),
        (
            lambda: Layout("x", np.arange(1, dtype=np.int32), np.array([[0, np.nan]]), 1e4, 1),
            "expected finite x and y",
        ),
    ],
)
def test_what_an_array_cannot_read_is_refused(make, sentence):
    with pytest.raises(Bl1Error, match=sentence):
        make()


def test_any_geometry_comes_and_goes_through_probeinterface():
    probe = cl1().to_probe()
    back = from_probe(probe, 25_000.0)
    assert back.positions_um.tolist() == cl1().positions_um.tolist()
    assert back.sampling_hz == 25_000.0
    assert back.name == "cl1"
