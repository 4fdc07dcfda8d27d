"""The monitor: a running culture, live, for people to look at (extra ``monitor``).

:class:`ActivityMonitor` keeps the last seconds of a culture's spikes and draws them,
:class:`NeuralMJPEGServer` shows pictures to whoever opens its address. `bl1 monitor` and
``--monitor`` of the commands that run a culture serve a page of their own to browsers.
"""

from typing import TYPE_CHECKING

from bl1.lazy import offered

if TYPE_CHECKING:
    from bl1.monitor.activity import ActivityMonitor
    from bl1.monitor.mjpeg import NeuralMJPEGServer

__all__ = ["ActivityMonitor", "NeuralMJPEGServer"]

__getattr__, __dir__ = offered(
    __name__,
    {
        "ActivityMonitor": "bl1.monitor.activity",
        "NeuralMJPEGServer": "bl1.monitor.mjpeg",
    },
)
