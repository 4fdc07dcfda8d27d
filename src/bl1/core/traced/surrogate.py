"""Surrogate gradients: what stands for the derivative of a spike, which is 0 or infinite.

Forward a spike is 1 or 0. Backward it has the derivative of a soft step of the distance
x = v − v_peak (mV) at which a cell ends its step::

    SuperSpike   ½ (1 + x/(w + |x|))      Zenke & Ganguli 2018, doi:10.1162/neco_a_01086
    Sigmoid      1/(1 + exp(−x/w))
    ArcTan       ½ + arctan(x/w)/π        Fang et al. 2021, doi:10.1109/ICCV48922.2021.00266

Their width w is in mV, and wide: cells rest about 95 mV below the peak of their spike, and learn
nothing through a surrogate that is 1 mV wide. Where a cell spiked, its membrane has been beyond the
peak and means nothing; there x is 0, and the gradient goes straight to v before the step. On its
way back through the membrane it is kept from growing (:mod:`bl1.core.traced.step`).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import Array
from jax.lax import stop_gradient

from bl1.core.traced.pytree import fixed, traced
from bl1.errors import Bl1Error


@traced
class Surrogate(ABC):
    """A soft step of some width.

    Attributes:
        width_mv: how far from the peak a cell still feels the gradient.
        through_reset: whether the gradient also takes the way through the reset; it learns worse
            where it does (Zenke & Vogels 2021, doi:10.1162/neco_a_01367).
    """

    width_mv: float = fixed(default=20.0)
    through_reset: bool = fixed(default=False)

    def __post_init__(self) -> None:
        if not self.width_mv > 0:
            raise Bl1Error(f"the width of a surrogate is {self.width_mv}, expected a number > 0 mV")

    @abstractmethod
    def soft_step(self, x_mv: Array) -> Array:
        """From 0 far below the peak to 1 far above it."""

    def spikes(self, x_mv: Array, fired: Array) -> Array:
        """1 where a cell fired, 0 elsewhere, with the derivative of the soft step."""
        soft = self.soft_step(x_mv)
        return fired + (soft - stop_gradient(soft))


@traced
class SuperSpike(Surrogate):
    """The fast sigmoid: its gradient falls with the square of the distance."""

    def soft_step(self, x_mv: Array) -> Array:
        return 0.5 * (1.0 + x_mv / (self.width_mv + jnp.abs(x_mv)))


@traced
class Sigmoid(Surrogate):
    """The logistic function: its gradient falls exponentially."""

    def soft_step(self, x_mv: Array) -> Array:
        return jax.nn.sigmoid(x_mv / self.width_mv)


@traced
class ArcTan(Surrogate):
    """The arctangent: its gradient falls with the square of the distance."""

    def soft_step(self, x_mv: Array) -> Array:
        return 0.5 + jnp.arctan(x_mv / self.width_mv) / jnp.pi


@traced
class Soft:
    """Graded spikes: cells send the soft step itself, at every step.

    Then the gradient is that of the model which runs, exactly, as long as no membrane is reset.
    """

    of: Surrogate

    def spikes(self, x_mv: Array, fired: Array) -> Array:
        """The soft step, whether or not the cell fired."""
        return self.of.soft_step(x_mv)


SURROGATES: dict[str, Callable[[], Surrogate]] = {
    "superspike": SuperSpike,
    "sigmoid": Sigmoid,
    "arctan": ArcTan,
}


def surrogate_named(surrogate: "str | Surrogate | Soft | None") -> "Surrogate | Soft | None":
    """A surrogate by its name, of the default width; anything else as it is."""
    if surrogate is None or isinstance(surrogate, Surrogate | Soft):
        return surrogate
    if surrogate not in SURROGATES:
        raise Bl1Error(f"the surrogate is '{surrogate}', expected {', '.join(SURROGATES)}")
    return SURROGATES[surrogate]()
