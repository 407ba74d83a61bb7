from django.urls import path

from .views import attach, grid, images, selected, shares, statistics

urlpatterns = [
    path("", grid.gallery, name="gallery"),
    path("progress/", grid.progress, name="gallery_progress"),
    path("selected/", selected.selected, name="gallery_selected"),
    path("download/", selected.download, name="gallery_download"),
    path("images/<uuid:pk>/", images.detail, name="gallery_image"),
    path("images/<uuid:pk>/file/<slug:part>/", images.gallery_file, name="gallery_file"),
    path("images/<uuid:pk>/delete/", images.delete, name="gallery_image_delete"),
    path("images/<uuid:pk>/retry/", images.retry, name="gallery_retry"),
    path("images/<uuid:pk>/share/", shares.gallery_share, name="gallery_share"),
    path("images/<uuid:pk>/attach/", attach.gallery_attach, name="gallery_attach"),
    path("links/", shares.gallery_links, name="gallery_links"),
    path("links/revoke-all/", shares.gallery_links_revoke_all, name="gallery_links_revoke_all"),
    path("links/<uuid:pk>/revoke/", shares.gallery_share_revoke, name="gallery_share_revoke"),
    path("statistics/", statistics.gallery_statistics, name="gallery_statistics"),
    path(
        "from-consultation/<int:pk>/",
        attach.gallery_from_consultation,
        name="gallery_from_consultation",
    ),
]
