"""What holds of every sound photograph. `script/fuzz` looks for one of which it does not for as
long as it is given; these few dozen examples are the same at every run."""

from hypothesis import HealthCheck, example, given, settings

from tools.fuzz import properties

few = settings(
    derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@settings(few, max_examples=40)
@given(properties.shots())
def test_every_sound_photograph_is_taken_as_it_is(shot):
    """Upright, in its colours, with its date; the same bytes get the same answer."""
    properties.check_shot(shot)


@settings(few, max_examples=150)
@given(properties.blocks())
@example(b"")
@example(b"MM\0*\0\0\0\x08")
def test_every_exif_block_is_read(block):
    """In time, and nothing in it is a date or a camera that cannot be stored."""
    properties.check_block(block)
