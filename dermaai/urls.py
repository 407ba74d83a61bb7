from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.i18n import JavaScriptCatalog

from accounts.second_factor.login import admin_login
from accounts.views import PasswordChange

from . import api, metrics, probes, views

admin.site.enable_nav_sidebar = False  # its width is the lists': no column is cut off
admin.site.site_header = admin.site.site_title = _("DermaAI administration")
urlpatterns = [
    # Middleware answers these first; they are here for their names.
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("admin/login/", admin_login, name="admin_login"),
    # The admin's own view does not count wrong passwords.
    path("admin/password_change/", PasswordChange.as_view(), name="admin_password_change"),
    path("admin/", admin.site.urls),
    path("api/", include(api.urlpatterns)),
    path("accounts/", include("accounts.urls")),
    path("s/", include("gallery.urls_shared")),
    path("media/", include("imaging.storage.urls")),
    path("jsi18n/", JavaScriptCatalog.as_view(), name="javascript-catalog"),
    path("gallery/", include("gallery.urls")),
    path("", include("annotations.urls")),
    path("", include("consultations.urls")),
]
handler400 = views.bad_request
handler403 = views.permission_denied
handler404 = views.page_not_found
handler500 = views.server_error
