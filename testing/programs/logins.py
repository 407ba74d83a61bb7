"""Logins that fail, of ever other people from ever other addresses, as the client says."""

from django.test import Client


def failed(asks):
    """The statuses of the answers."""
    told = []
    for number in range(asks):
        body = {"email": f"nobody{number}@example.org", "password": "x"}
        answer = Client().post(
            "/api/v1/auth/token",
            body,
            content_type="application/json",
            secure=True,
            headers={"X-Forwarded-For": f"10.0.0.{number}"},
            HTTP_HOST="localhost",
        )
        told.append(answer.status_code)
    return told
