"""Rate limits count for all processes together, or each worker would have its own."""

LIMIT = 6


def test_two_processes_count_together(install):
    """And an address that a client makes up is not a way around."""
    here = install(LOGIN_RATE=f"{LIMIT}/min")  # migrate makes the table
    first, second = (here.program("logins.failed", asks=LIMIT - 2) for _process in "12")
    assert first == [401] * (LIMIT - 2)
    assert second == [401, 401] + [429] * (LIMIT - 4)
    here.manage("migrate", "-v0")  # again is fine
