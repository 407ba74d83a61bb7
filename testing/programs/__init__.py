"""What a test has done by the application in a process of its own: `Installed.program`."""
