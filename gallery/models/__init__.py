from .images import ImageTag, Tag, UserImage
from .outlines import Outline
from .quotas import Plan, Reservation, StorageQuota
from .shares import Share

__all__ = [
    "ImageTag",
    "Outline",
    "Plan",
    "Reservation",
    "Share",
    "StorageQuota",
    "Tag",
    "UserImage",
]
