from . import images, outlines, shares, transfer

urlpatterns = [
    *images.urlpatterns,
    *outlines.urlpatterns,
    *shares.urlpatterns,
    *transfer.urlpatterns,
]
