"""The API's router, tokens, errors and pages."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework.exceptions import APIException
from rest_framework.routers import SimpleRouter

from accounts import api as accounts
from consultations import api as consultations
from imaging.errors import StorageUnavailable

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("patients", consultations.PatientViewSet, basename="api-patient")
router.register("consultations/images", consultations.ImageViewSet, basename="api-image")
router.register("consultations", consultations.ConsultationViewSet, basename="api-consultation")


class StorageDown(APIException):
    status_code = 503
    default_detail = "The storage does not answer. Nothing was stored; try again later."
    default_code = "storage_unavailable"

    def __init__(self, error):
        super().__init__()
        self.wait = error.retry_after  # becomes Retry-After


class Errors(ExceptionHandler):
    """Every error in one shape, an outage of the storage included."""

    def convert_known_exceptions(self, exc):
        if isinstance(exc, StorageUnavailable):
            return StorageDown(exc)
        return super().convert_known_exceptions(exc)


v1 = [
    path("auth/token", accounts.Token.as_view(), name="api-token"),
    path("auth/token/refresh", accounts.TokenRefresh.as_view(), name="api-token-refresh"),
    path("auth/token/blacklist", accounts.TokenBlacklist.as_view(), name="api-token-blacklist"),
    *router.urls,
]
urlpatterns = [
    path("v1/", include(v1)),
    path("schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
]
