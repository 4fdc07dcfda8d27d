"""What every section of the experiment file is made of: strict sections, bounded numbers."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from bl1.errors import Bl1Error
from bl1.yamlfile import checked, nearest

# No value that a file may hold overflows what is computed from it.
Fraction = Annotated[float, Field(ge=0, le=1)]
Share = Annotated[float, Field(ge=0, le=1e6)]
LearningRate = Annotated[float, Field(ge=0, le=1000)]
Current = Annotated[float, Field(ge=0, le=1000)]  # I of Izhikevich
Conductance = Annotated[float, Field(ge=0, le=1000)]
Velocity = Annotated[float, Field(ge=0.01, le=1000)]
Potential = Annotated[float, Field(ge=-200, le=200)]
TimeConstant = Annotated[float, Field(ge=0.01, le=1e6)]
Positive = Annotated[float, Field(gt=0, le=1e6)]
Electrode = Annotated[int, Field(ge=0, lt=1_000_000)]


class Section(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, validate_default=True
    )

    def changed(self, **values: Any) -> Self:
        """A copy with other values, checked as a file is.

        Raises:
            Bl1Error: there is no such key, or it cannot have such a value.
        """
        for key in values:
            if key not in type(self).model_fields:
                hint = nearest(key, type(self).model_fields)
                raise Bl1Error(f"{type(self).__name__} has no key '{key}'; {hint}")
        return checked(self.model_copy(update=values))
