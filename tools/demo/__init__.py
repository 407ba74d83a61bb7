"""The demo record: an app of its own, installed only with `DEBUG`."""
