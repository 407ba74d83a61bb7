from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field, inline_serializer
from drf_standardized_errors.openapi_validation_errors import extend_validation_errors
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from accounts.error_serializers import ErrorsSerializer
from accounts.requests import AuthenticatedAPIRequest
from core.pagination import INVALID, Pages
from core.throttling import UserRate

from ..models import Share, UserImage
from ..models.shares import ShareQuerySet
from ..services import shares as links


class ShareRate(UserRate):
    """How many links a user may create; the page uses the same limit."""

    scope = "shares"


class SharePages(Pages):
    """`{shares, total, page, page_size, next, previous}`."""

    key = "shares"


class OpenSharesFirst(SharePages):
    """A link that dies while a client pages through would move behind links already shown, so all
    pages are ordered by what was open when the first one was requested."""

    def moment(self, request: Request) -> datetime:
        """When the first page was requested."""
        cursor = self.read_cursor(request)
        self.began = datetime.fromisoformat(cursor.memo) if cursor else timezone.now()
        return self.began

    def memo(self, queryset: QuerySet[Any], rows: list[Share]) -> str:
        return self.began.isoformat()


class ShareSerializer(serializers.ModelSerializer):
    """One of the user's links. Its URL is shown only when it is created."""

    image: serializers.PrimaryKeyRelatedField = serializers.PrimaryKeyRelatedField(read_only=True)
    has_password = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField(help_text="`alive`: it would open now.")

    class Meta:
        model = Share
        fields = [
            "id",
            "image",
            "state",
            "has_password",
            "with_original",
            "views",
            "view_limit",
            "created_at",
            "expires_at",
            "last_used_at",
            "revoked_at",
        ]
        read_only_fields = fields

    def get_has_password(self, share: Share) -> bool:
        return bool(share.password)

    @extend_schema_field(serializers.ChoiceField(list(links.STATES)))
    def get_state(self, share: Share) -> str:
        return links.state(share)


class NewShareSerializer(serializers.Serializer):
    """The lifetime of a link (always limited), a password and a view limit."""

    lifetime = serializers.ChoiceField(links.LIFETIME_CHOICES)
    password = serializers.CharField(
        required=False,
        trim_whitespace=False,
        allow_blank=True,
        min_length=links.MIN_PASSWORD,
        max_length=links.MAX_PASSWORD,
    )
    view_limit = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=links.MAX_VIEWS
    )
    with_original = serializers.BooleanField(
        required=False, default=False, help_text="Show the original beside the cut-out."
    )


class ToldShareSerializer(ShareSerializer):
    url = serializers.URLField(read_only=True)

    class Meta(ShareSerializer.Meta):
        fields = ["url", *ShareSerializer.Meta.fields]
        read_only_fields = fields


@extend_validation_errors([INVALID], "cursor", methods=["get"])
class ImageShares(generics.ListAPIView):
    """The links of one of the user's images, newest first."""

    request: AuthenticatedAPIRequest

    queryset = Share.objects.none()
    serializer_class = ShareSerializer
    pagination_class = SharePages
    filter_backends = []

    def get_throttles(self) -> list[BaseThrottle]:
        return [ShareRate()] if self.request and self.request.method == "POST" else []

    def get_image(self) -> UserImage:
        return get_object_or_404(
            UserImage.objects.visible_to(self.request.user), pk=self.kwargs["pk"]
        )

    def get_queryset(self) -> ShareQuerySet:
        return self.get_image().shares.select_related("image")

    @extend_schema(
        request=NewShareSerializer,
        responses={201: ToldShareSerializer, 409: ErrorsSerializer},
        description="The response has the link's `url`, only this once.",
    )
    def post(self, request: AuthenticatedAPIRequest, pk: UUID) -> Response:
        image = self.get_image()
        serializer = NewShareSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        share, token = links.create_share(image=image, **serializer.validated_data)
        share.url = share_url(request, token)
        return Response(ToldShareSerializer(share).data, status=status.HTTP_201_CREATED)


@extend_validation_errors([INVALID], "cursor", methods=["get"])
class Shares(generics.ListAPIView):
    """All links of the user: active ones first, then those that ended in the last 30 days."""

    request: AuthenticatedAPIRequest
    paginator: OpenSharesFirst

    queryset = Share.objects.none()
    serializer_class = ShareSerializer
    pagination_class = OpenSharesFirst
    filter_backends = []

    def get_queryset(self) -> ShareQuerySet:
        return links.list_shares(self.request.user, self.paginator.moment(self.request))

    @extend_schema(
        operation_id="shares_revoke_all",
        responses={200: inline_serializer("Revoked", {"revoked": serializers.IntegerField()})},
        description="Revoke all links of the user.",
    )
    def delete(self, request: AuthenticatedAPIRequest) -> Response:
        return Response({"revoked": links.revoke_all(request.user)})


class ShareDetail(generics.GenericAPIView):
    queryset = Share.objects.none()
    serializer_class = ShareSerializer

    @extend_schema(responses={204: None})
    def delete(self, request: AuthenticatedAPIRequest, pk: UUID) -> Response:
        """Revoke a link, which then opens nothing."""
        shares = Share.objects.visible_to(request.user)
        get_object_or_404(shares, pk=pk)
        links.revoke(shares.filter(pk=pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


def share_url(request: HttpRequest, token: str) -> str:
    """The absolute URL of a shared link's page."""
    return request.build_absolute_uri(reverse("shared", args=[token]))


urlpatterns = [
    path("images/<uuid:pk>/shares", ImageShares.as_view(), name="api-userimage-shares"),
    path("shares", Shares.as_view(), name="api-share-list"),
    path("shares/<uuid:pk>", ShareDetail.as_view(), name="api-share-detail"),
]
