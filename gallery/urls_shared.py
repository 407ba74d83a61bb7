from django.urls import path

from .views import shared

urlpatterns = [
    path("<str:token>/", shared.shared, name="shared"),
    path("<str:token>/image", shared.shared_image, name="shared_image"),
    path("<str:token>/original", shared.shared_original, name="shared_original"),
]
