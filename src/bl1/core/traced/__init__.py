"""The physics of bl1 under JAX: differentiable, on a CPU or a GPU (extra ``jax``).

The equations are those of :mod:`bl1.core` and :mod:`bl1.plasticity`, traced over arrays. What a
user needs is offered by :mod:`bl1.core` under short names, so that no module here is called
``simulate`` beside the function of that name.
"""

from bl1.errors import Bl1Error

try:
    import jax  # noqa: F401
except ImportError as error:
    raise Bl1Error("simulate() and all it uses need JAX: pip install 'bl1[jax]'") from error
