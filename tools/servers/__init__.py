"""Real servers for as long as a `with` lasts: PostgreSQL, Azurite, gunicorn and the application."""
