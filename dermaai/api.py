"""The API's router, tokens, errors and pages."""

from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import UnreadablePostError
from django.urls import URLPattern, URLResolver, include, path, re_path
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
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework_simplejwt.exceptions import InvalidToken

from accounts import api as accounts
from annotations import api as annotations
from consultations import api as consultations
from consultations import api_bin as bin
from consultations import api_comparisons as comparisons
from consultations import api_lesions as lesions
from consultations import api_measuring as measuring
from consultations import api_proposals as proposals
from consultations import api_selected as selected
from core.errors import DatabaseUnavailable, ServiceError
from core.preconditions import ChangedMeanwhile
from gallery import api as gallery

from . import schema, views

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("patients", consultations.PatientViewSet, basename="api-patient")
router.register("consultations/images/bin", bin.BinViewSet, basename="api-bin")
router.register("consultations/images", consultations.ImageViewSet, basename="api-image")
router.register("comparisons", comparisons.ComparisonViewSet, basename="api-comparison")
router.register("lesions", lesions.LesionViewSet, basename="api-lesion")
router.register("consultations", consultations.ConsultationViewSet, basename="api-consultation")


class ServiceRefusal(APIException):
    """A service's error; DRF sends `wait` as Retry-After."""

    def __init__(self, error: ServiceError) -> None:
        super().__init__(str(error.detail), error.code)
        self.status_code, self.wait = error.status, error.retry_after


class TooLarge(APIException):
    status_code = 413
    default_detail = _("The request is too large.")
    default_code = "request_too_large"


class ErrorHandler(ExceptionHandler):
    """Every error in one shape, including outages."""

    def get_response(self, exc: APIException, data: Any) -> Response:
        response = super().get_response(exc, data)
        if isinstance(exc, ChangedMeanwhile):
            response.data["current"], response["ETag"] = exc.current, exc.etag
        return response

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, RequestDataTooBig):
            return TooLarge()
        # Too many fields or files; or the client hung up, and nobody reads the answer.
        if isinstance(exc, SuspiciousOperation | UnreadablePostError):
            return ParseError()
        if isinstance(exc, InvalidToken):  # its detail is a dictionary
            detail: Any = exc.detail
            error = AuthenticationFailed(detail["detail"], detail["code"])
            header = getattr(exc, "auth_header", None)
            error.auth_header = header  # type: ignore[attr-defined]  # read by DRF
            return error
        if isinstance(exc, views.DATABASE_DOWN):
            exc = DatabaseUnavailable()
        if isinstance(exc, ServiceError):
            if exc.attr:
                return ValidationError({exc.attr: [ErrorDetail(str(exc.detail), exc.code)]})
            return ServiceRefusal(exc)
        return super().convert_known_exceptions(exc)


v1 = [
    path("auth/token", accounts.Token.as_view(), name="api-token"),
    path("auth/token/refresh", accounts.TokenRefresh.as_view(), name="api-token-refresh"),
    path("auth/token/blacklist", accounts.TokenBlacklist.as_view(), name="api-token-blacklist"),
    *selected.urlpatterns,
    *comparisons.urlpatterns,
    *lesions.urlpatterns,
    *measuring.urlpatterns,
    *proposals.urlpatterns,
    *annotations.urlpatterns,
    *router.urls,
    *gallery.urlpatterns,
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(v1)),
    path("schema", schema.Schema.as_view(), name="api-schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    # Without this, DEBUG would answer an unknown path with a page. Exempt from CSRF, because its
    # check would also answer a POST with a page.
    re_path(r"", csrf_exempt(views.page_not_found), {"exception": None}, name="api-not-found"),
]
