from django.urls import path

from . import views

urlpatterns = [
    path(
        "consultations/images/<int:pk>/annotations/",
        views.image_annotations,
        name="image_annotations",
    ),
]
