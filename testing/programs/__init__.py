"""Functions that tests run inside the application, in a separate process: `Installed.program`."""
