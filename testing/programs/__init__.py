"""Code that tests run in a separate process: functions inside the application
(`Installed.program`), and modules with `python -m`."""
