"""Rate limits are shared by all processes; otherwise each worker would have its own."""

LIMIT = 6


def test_rate_limit_is_shared_by_processes(install):
    """An address that a client makes up does not get around them either."""
    installation = install(LOGIN_RATE=f"{LIMIT}/min")  # migrate creates the cache table
    first, second = (
        installation.program("logins.failed_logins", attempts=LIMIT - 2) for _process in "12"
    )
    assert first == [401] * (LIMIT - 2)
    assert second == [401, 401] + [429] * (LIMIT - 4)
    installation.manage("migrate", "-v0")  # can be repeated
