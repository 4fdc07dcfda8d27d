"""The pieces of which the views are put together."""
