from gallery.models import UserImage
from tools.demo import gallery as demo
from tools.demo import record


def test_demo_creates_a_gallery_image(db):
    """Otherwise newcomers first see an empty gallery."""
    person, visits = record.RECORD[0]
    record.make([(person, visits[-1:])], scale=0.25)
    demo.make()
    image = UserImage.objects.search("naevus suivi").get()
    assert (image.status, image.dermoscopic, image.is_favorite) == ("queued", True, True)
