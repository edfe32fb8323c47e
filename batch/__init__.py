"""Many figures: worker processes, resume, a cluster."""
