"""The API's router, tokens, errors and pages."""

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import UnreadablePostError
from django.urls import include, path, re_path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.views import SpectacularSwaggerSplitView
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    ErrorDetail,
    ParseError,
    ValidationError,
)
from rest_framework.routers import SimpleRouter
from rest_framework_simplejwt.exceptions import InvalidToken

from accounts import api as accounts
from consultations import api as consultations
from core.errors import DatabaseUnavailable, ServiceError
from core.preconditions import ChangedMeanwhile
from gallery import api as gallery

from . import schema, views

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("patients", consultations.PatientViewSet, basename="api-patient")
router.register("consultations/images", consultations.ImageViewSet, basename="api-image")
router.register("consultations", consultations.ConsultationViewSet, basename="api-consultation")


class ServiceRefusal(APIException):
    """A service's error; DRF tells `wait` as Retry-After."""

    def __init__(self, error):
        super().__init__(error.detail, error.code)
        self.status_code, self.wait = error.status, error.retry_after


class TooLarge(APIException):
    status_code = 413
    default_detail = _("The request is larger than is accepted.")
    default_code = "request_too_large"


class ErrorHandler(ExceptionHandler):
    """Every error in one shape, an outage of ours included."""

    def get_response(self, exc, data):
        response = super().get_response(exc, data)
        if isinstance(exc, ChangedMeanwhile):
            response.data["current"], response["ETag"] = exc.current, exc.etag
        return response

    def convert_known_exceptions(self, exc):
        if isinstance(exc, RequestDataTooBig):
            return TooLarge()
        # Too many fields or files; or whoever sent it hung up, and nobody reads the answer.
        if isinstance(exc, SuspiciousOperation | UnreadablePostError):
            return ParseError()
        if isinstance(exc, InvalidToken):  # its detail is a dictionary
            told = AuthenticationFailed(exc.detail["detail"], exc.detail["code"])
            told.auth_header = getattr(exc, "auth_header", None)
            return told
        if isinstance(exc, views.DATABASE_DOWN):
            exc = DatabaseUnavailable()
        if isinstance(exc, ServiceError):
            if exc.attr:
                return ValidationError({exc.attr: [ErrorDetail(exc.detail, exc.code)]})
            return ServiceRefusal(exc)
        return super().convert_known_exceptions(exc)


v1 = [
    path("auth/token", accounts.Token.as_view(), name="api-token"),
    path("auth/token/refresh", accounts.TokenRefresh.as_view(), name="api-token-refresh"),
    path("auth/token/blacklist", accounts.TokenBlacklist.as_view(), name="api-token-blacklist"),
    *router.urls,
    *gallery.urlpatterns,
]
urlpatterns = [
    path("v1/", include(v1)),
    path("schema", schema.Schema.as_view(), name="api-schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    # With DEBUG on, Django would answer a wrong path with a page.
    # Whatever the method: Django's own check would answer an unknown path's POST with a page, too.
    re_path(r"", csrf_exempt(views.page_not_found), {"exception": None}, name="api-not-found"),
]
