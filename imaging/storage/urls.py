from django.urls import path

from . import views

urlpatterns = [
    path("<slug:container>/<path:name>", views.media, name="media"),
]
