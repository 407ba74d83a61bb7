"""Properties of every sound photograph. `script/fuzz` searches for counterexamples for as long as
it is given; these few dozen examples are the same in every run."""

from hypothesis import HealthCheck, example, given, settings

from tools.fuzz import properties

fixed_examples = settings(
    derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@settings(fixed_examples, max_examples=40)
@given(properties.shots())
def test_every_sound_photograph_is_accepted_unchanged(shot):
    """Upright, in its colours, with its date; the same bytes get the same answer."""
    properties.check_shot(shot)


@settings(fixed_examples, max_examples=150)
@given(properties.blocks())
@example(b"")
@example(b"MM\0*\0\0\0\x08")
def test_every_exif_block_is_read_safely(block):
    """Quickly, and without a date or camera that cannot be stored."""
    properties.check_block(block)
