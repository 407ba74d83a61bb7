from django.urls import path

from .views import attach, shares, statistics

urlpatterns: list[path] = [
    # placeholders until the branch with the grid and the page of an image is merged
    path("", shares.gallery_links, name="gallery"),
    path("images/<uuid:pk>/", shares.gallery_share, name="gallery_image"),
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
