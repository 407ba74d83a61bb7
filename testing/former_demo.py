"""A small record, created by an old version, for tests/test_upgrade.py: this is the input of that
version's `manage.py shell`, and its imports are that version's modules."""

from accounts.models import User
from consultations import demo
from gallery import demo as gallery
from gallery import queue, sharing
from gallery.models import UserImage


def shrunk(draw):
    return lambda seed, size, **options: draw(seed, size=(size[0] // 4, size[1] // 4), **options)


for view in ("macro", "dermoscopy", "overview"):  # small pictures are enough
    setattr(demo.phantoms, view, shrunk(getattr(demo.phantoms, view)))
person, visits = demo.RECORD[0]
demo.make([(person, visits[-2:])])
gallery.make()
while queue.work():
    pass
doctor = User.objects.get(email="doctor@demo.example")
ready = UserImage.objects.filter(user=doctor, status="ready").first()
_share, token = sharing.create_share(image=ready, lifetime="7d")
print("token", token)
