"""Failed logins, each with another e-mail and another forwarded address."""

from django.test import Client


def failed_logins(attempts):
    """The HTTP statuses of the answers."""
    statuses = []
    for number in range(attempts):
        body = {"email": f"nobody{number}@example.org", "password": "x"}
        answer = Client().post(
            "/api/v1/auth/token",
            body,
            content_type="application/json",
            secure=True,
            headers={"X-Forwarded-For": f"10.0.0.{number}"},
            HTTP_HOST="localhost",
        )
        statuses.append(answer.status_code)
    return statuses
