"""The virtual CL1: a culture that answers a bench's own clients in real time."""
