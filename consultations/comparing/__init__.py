"""Pictures of one patient together: which are opened, what tells them apart, what is kept."""
