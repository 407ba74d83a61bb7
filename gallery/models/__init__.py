from .images import ImageTag, Tag, UserImage
from .quotas import Plan, Reservation, StorageQuota
from .shares import Share

__all__ = ["ImageTag", "Plan", "Reservation", "Share", "StorageQuota", "Tag", "UserImage"]
