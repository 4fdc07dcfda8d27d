"""The one operation that equations need beside arithmetic."""

from typing import Any

import numpy as np


def where(condition: Any, if_true: Any, if_false: Any) -> Any:
    """Choose elementwise; inside a compiled loop this becomes a branch-free select.

    The equations of the models use arithmetic and this function only, so that one definition
    serves plain numbers, arrays and the compiled engine.
    """
    return np.where(condition, if_true, if_false)
