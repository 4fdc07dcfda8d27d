"""What the field measures on spikes, whatever made them."""
