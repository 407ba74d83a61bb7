from . import images, shares, transfer

urlpatterns = [*images.urlpatterns, *shares.urlpatterns, *transfer.urlpatterns]
