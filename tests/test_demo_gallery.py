from gallery.models import UserImage
from tools.demo import gallery as demo
from tools.demo import record


def test_the_gallery_has_something_to_show(db):
    """An empty page would be the first that a newcomer sees of it."""
    person, visits = record.RECORD[0]
    record.make([(person, visits[-1:])], scale=0.25)
    demo.make()
    image = UserImage.objects.search("naevus suivi").get()
    assert (image.status, image.dermoscopic, image.is_favorite) == ("queued", True, True)
