"""A small record as the version before `tools/` makes it, for tests/test_upgrade.py: given to that
version's `manage.py shell`. Its modules are not ours."""

from accounts.models import User
from consultations import demo
from gallery import demo as gallery
from gallery import queue, sharing
from gallery.models import UserImage


def smaller(draw):
    return lambda seed, size, **what: draw(seed, size=(size[0] // 4, size[1] // 4), **what)


for view in ("macro", "dermoscopy", "overview"):  # what is drawn is not what is tested
    setattr(demo.phantoms, view, smaller(getattr(demo.phantoms, view)))
person, visits = demo.RECORD[0]
demo.make([(person, visits[-2:])])
gallery.make()
while queue.work():
    pass
doctor = User.objects.get(email="doctor@demo.example")
ready = UserImage.objects.filter(user=doctor, status="ready").first()
_share, token = sharing.create_share(image=ready, lifetime="7d")
print("token", token)
