from django.urls import path

from .views import grid, images, selected

urlpatterns = [
    path("", grid.gallery, name="gallery"),
    path("progress/", grid.progress, name="gallery_progress"),
    path("selected/", selected.selected, name="gallery_selected"),
    path("download/", selected.download, name="gallery_download"),
    path("images/<uuid:pk>/", images.detail, name="gallery_image"),
    path("images/<uuid:pk>/delete/", images.delete, name="gallery_image_delete"),
    path("images/<uuid:pk>/retry/", images.retry, name="gallery_retry"),
]
