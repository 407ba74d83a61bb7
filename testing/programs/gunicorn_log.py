"""Log a failed request as gunicorn does: its logger has a handler before our settings are loaded.

python -m testing.programs.gunicorn_log
"""

import logging


def main():
    log = logging.getLogger("gunicorn.error")
    log.propagate = False
    log.setLevel("INFO")
    log.addHandler(logging.StreamHandler())

    from dermaai.wsgi import application  # noqa: F401  (loads the settings)

    log.error("Error handling request %s %s", "GET", "/s/LINK/image?s=KEY")


if __name__ == "__main__":
    main()
