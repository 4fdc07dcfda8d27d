"""What electrodes heard, in memory and in files."""

from bl1.recording.recording import NO_STIMULI, Recording, Stimuli, Traces

__all__ = ["NO_STIMULI", "Recording", "Stimuli", "Traces"]
