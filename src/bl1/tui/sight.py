"""Which stretch of a run is seen, as it is scrolled and zoomed."""

from dataclasses import dataclass, replace

LEAST_SPAN_S = 0.1


@dataclass(frozen=True)
class Sight:
    """A stretch of time within a run.

    duration_s: of the run.
    start_s, span_s: when the stretch begins, and how long it is.
    """

    duration_s: float
    start_s: float
    span_s: float

    @classmethod
    def of_all(cls, duration_s: float) -> "Sight":
        """The whole run."""
        return cls(duration_s, 0.0, duration_s)

    @property
    def end_s(self) -> float:
        """When the stretch ends."""
        return self.start_s + self.span_s

    def scrolled(self, spans: float) -> "Sight":
        """A stretch so many spans later, or earlier; at most to the end of the run."""
        last_s = self.duration_s - self.span_s
        return replace(self, start_s=min(max(self.start_s + spans * self.span_s, 0.0), last_s))

    def zoomed(self, factor: float, at: float = 0.5) -> "Sight":
        """A stretch that is shorter by a factor; what lies at a share of it stays where it is."""
        least_s = min(LEAST_SPAN_S, self.duration_s)
        span_s = min(max(self.span_s / factor, least_s), self.duration_s)
        start_s = self.start_s + at * (self.span_s - span_s)
        return replace(self, start_s=start_s, span_s=span_s).scrolled(0.0)

    def following(self, newest_s: float) -> "Sight":
        """The same stretch while the newest is in it, else the one that ends there."""
        if self.start_s <= newest_s <= self.end_s:
            return self
        return replace(self, start_s=newest_s - self.span_s).scrolled(0.0)
