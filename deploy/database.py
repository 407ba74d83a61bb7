"""Run one of PostgreSQL's programs on the database of the settings; its password is in no list of
processes.

python -m deploy.database pg_dump --format=custom --file=…
"""

import os
import sys

import environ

NAMES = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}


def variables() -> dict[str, str]:
    """What libpq reads, from DATABASE_URL. Exits where that is not PostgreSQL."""
    told = environ.Env().db("DATABASE_URL", "sqlite:///")
    if not told["ENGINE"].endswith("postgresql"):
        sys.exit("DATABASE_URL does not name a PostgreSQL database.")
    found = {name: str(told[key]) for key, name in NAMES.items() if told.get(key)}
    options = {f"PG{key.upper()}": str(value) for key, value in told.get("OPTIONS", {}).items()}
    return found | options | {"PGDATABASE": told["NAME"]}


if __name__ == "__main__":
    os.execvpe(sys.argv[1], sys.argv[1:], os.environ | variables())  # noqa: S606
