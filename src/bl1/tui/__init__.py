"""The cockpit: bl1 in a terminal."""
