"""Layouts of electrodes: where they lie, which number the hardware gives them, how fast it samples.

CL1: 64 channels, 8×8 at 200 µm, numbered down the columns; 0, 7, 56 and 63 are ground and 4 is the
reference, so 59 record. 25 kHz, 0.195 µV a bit. (The maker's documentation.)

MaxOne: 26,400 electrodes at 17.5 µm in 220 columns and 120 rows, numbered along the rows, of which
1,024 are read at once; 20 kHz, 6.3 µV a bit (10 bits of 3.3 V at a gain of 512). (Müller et al.
2015, doi:10.1039/C5LC00133A.)

MEA60: 60 channels of an 8×8 grid at 200 µm less its corners, of which number 14 is the reference;
25 kHz. MEABench numbers them as the hardware's pins, which tells no place: positions are unknown.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bl1.errors import Bl1Error
from bl1.extras import needed

if TYPE_CHECKING:
    from probeinterface import Probe

CL1_SITES = 64
CL1_GROUND = (0, 7, 56, 63)
CL1_REFERENCE = (4,)
MEA60_REFERENCE = (14,)
MAXONE_READ_AT_ONCE = 1024


@dataclass(frozen=True)
class Layout:
    """Electrodes that are read.

    Attributes:
        name: of the layout ("cl1", "maxone", "mea60", or another).
        electrodes: (n,) the hardware's number of each electrode that is read, in the order in
            which a recording counts them.
        positions_um: (n, 2) their places, x and y from the layout's corner (µm); None if unknown.
        sampling_hz: samples a second.
        read_at_once: most electrodes that the hardware can read together.
        uv_per_bit: what one unit of its converter stands for (µV).
        ground, reference: numbers of electrodes that the array has but does not read.
    """

    name: str
    electrodes: NDArray[np.int32]
    positions_um: NDArray[np.float64] | None
    sampling_hz: float
    read_at_once: int
    uv_per_bit: float = 0.195
    ground: tuple[int, ...] = ()
    reference: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.electrodes)
        if len(np.unique(self.electrodes)) < n:
            raise Bl1Error(f"layout {self.name}: an electrode is named twice, expected each once")
        if self.positions_um is not None and (
            self.positions_um.shape != (n, 2) or not np.all(np.isfinite(self.positions_um))
        ):
            raise Bl1Error(
                f"layout {self.name}: positions have shape {self.positions_um.shape}, expected "
                f"finite x and y of each of {n} electrodes: ({n}, 2)"
            )
        if not 0 < self.sampling_hz < float("inf"):
            raise Bl1Error(f"layout {self.name}: sampling_hz is {self.sampling_hz}, expected > 0")

    def __len__(self) -> int:
        return len(self.electrodes)

    @property
    def places_um(self) -> NDArray[np.float64]:
        """Places of the electrodes (µm), for what cannot do without.

        Raises:
            Bl1Error: they are not known.
        """
        if self.positions_um is None:
            raise Bl1Error(f"where the electrodes of layout {self.name} lie is not known")
        return self.positions_um

    def index_of(self, electrodes: ArrayLike) -> NDArray[np.int32]:
        """Place of each of these electrodes among those that are read.

        Raises:
            Bl1Error: one of them is not read: it is ground or reference, or does not exist.
        """
        wanted = np.atleast_1d(np.asarray(electrodes))
        order = np.argsort(self.electrodes, kind="stable")
        found = np.searchsorted(self.electrodes, wanted, sorter=order)
        index = order[np.minimum(found, len(self) - 1)] if len(self) else np.zeros_like(found)
        missing = self.electrodes[index] != wanted if len(self) else np.ones(len(wanted), bool)
        if np.any(missing):
            raise Bl1Error(self._why_not(wanted[np.argmax(missing)]))
        return index.astype(np.int32)

    def _why_not(self, electrode: int) -> str:
        for kind, numbers in (("ground", self.ground), ("reference", self.reference)):
            if electrode in numbers:
                return f"electrode {electrode} of {self.name} is {kind}, expected one that is read"
        return (
            f"electrode {electrode} is not among the {len(self)} that {self.name} reads"
            f"{self._range()}"
        )

    def _range(self) -> str:
        if not len(self):
            return ""
        return f" (numbers {self.electrodes.min()} to {self.electrodes.max()})"

    def selected(self, electrodes: ArrayLike) -> "Layout":
        """The same array, reading these electrodes only, in this order.

        Raises:
            Bl1Error: one of them does not exist, or they are more than can be read at once.
        """
        index = self.index_of(electrodes)
        if len(index) > self.read_at_once:
            raise Bl1Error(
                f"{len(index)} electrodes are selected, but {self.name} reads at most "
                f"{self.read_at_once} at once"
            )
        places = None if self.positions_um is None else self.positions_um[index]
        return replace(self, electrodes=self.electrodes[index], positions_um=places)

    def centred_on(self, x_um: float, y_um: float) -> "Layout":
        """The same array, moved so that the middle of its extent lies here."""
        places = self.places_um
        middle = (places.min(axis=0) + places.max(axis=0)) / 2
        return replace(self, positions_um=places - middle + np.array([x_um, y_um]))

    def to_probe(self) -> "Probe":
        """The array as a ``probeinterface.Probe``."""
        probe: Probe = needed("probeinterface", "nwb").Probe(ndim=2, si_units="um")
        probe.set_contacts(self.places_um, shapes="circle", shape_params={"radius": 15.0})
        probe.set_contact_ids([str(number) for number in self.electrodes])
        probe.set_device_channel_indices(np.arange(len(self)))
        probe.annotate(name=self.name)
        return probe


def cl1() -> Layout:
    """The 59 recording channels of a CL1."""
    unread = CL1_GROUND + CL1_REFERENCE
    channels = np.array([c for c in range(64) if c not in unread], np.int32)
    positions_um = cl1_sites_um()[channels]
    return Layout("cl1", channels, positions_um, 25_000.0, 64, 0.195, CL1_GROUND, CL1_REFERENCE)


def cl1_sites_um() -> NDArray[np.float64]:
    """(64, 2) places of all sites of a CL1, read or not, by their number (µm)."""
    column, row = np.divmod(np.arange(CL1_SITES), 8)
    return 200.0 * np.stack((column, row), axis=1)


def maxone() -> Layout:
    """All 26,400 electrodes of a MaxOne; see :func:`spread_out` for a choice of 1,024."""
    electrodes = np.arange(220 * 120, dtype=np.int32)
    row, column = np.divmod(electrodes, 220)
    positions_um = 17.5 * np.stack((column, row), axis=1)
    return Layout("maxone", electrodes, positions_um, 20_000.0, MAXONE_READ_AT_ONCE, 6.3)


def mea60() -> Layout:
    """The 59 recording channels of the arrays of Wagenaar, Pine & Potter 2006."""
    channels = np.array([c for c in range(60) if c not in MEA60_REFERENCE], np.int32)
    return Layout("mea60", channels, None, 25_000.0, 60, reference=MEA60_REFERENCE)


LAYOUTS = {"cl1": cl1, "maxone": maxone, "mea60": mea60}


def spread_out(layout: Layout, n: int | None = None) -> Layout:
    """As many electrodes as can be read at once (or ``n``), evenly spread over the array."""
    n = layout.read_at_once if n is None else n
    if not 1 <= n <= layout.read_at_once:
        raise Bl1Error(f"{n} electrodes are to be read, expected 1 to {layout.read_at_once}")
    if n >= len(layout):
        return layout
    low, high = layout.places_um.min(axis=0), layout.places_um.max(axis=0)
    width, height = np.maximum(high - low, 1e-9)
    columns = max(1, round(np.sqrt(n * width / height)))
    rows = -(-n // columns)
    x = low[0] + (np.arange(columns) + 0.5) * width / columns
    y = low[1] + (np.arange(rows) + 0.5) * height / rows
    grid = np.stack([axis.ravel() for axis in np.meshgrid(x, y)], axis=1)
    from scipy.spatial import cKDTree

    nearest = np.unique(cKDTree(layout.places_um).query(grid)[1])
    evenly = np.round(np.linspace(0, len(nearest) - 1, min(n, len(nearest)))).astype(int)
    return layout.selected(layout.electrodes[nearest[evenly]])


def from_probe(probe: "Probe", sampling_hz: float) -> Layout:
    """Any geometry that ``probeinterface`` knows; its contacts are numbered in their order.

    Raises:
        Bl1Error: the probe is not flat.
    """
    positions_um = np.asarray(probe.contact_positions, float)
    if positions_um.ndim != 2 or positions_um.shape[1] != 2:
        raise Bl1Error(f"the probe has {positions_um.shape[-1]} dimensions, expected a flat one")
    positions_um = positions_um * {"um": 1.0, "mm": 1e3, "m": 1e6}[probe.si_units]
    n = len(positions_um)
    name = str(probe.annotations.get("model_name") or probe.annotations.get("name") or "probe")
    return Layout(name, np.arange(n, dtype=np.int32), positions_um, sampling_hz, n)
