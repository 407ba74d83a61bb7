from .images import BinnedImageSerializer, ImageSerializer, ImageUploadSerializer
from .records import ConsultationSerializer, PatientSerializer

__all__ = [
    "BinnedImageSerializer",
    "ConsultationSerializer",
    "ImageSerializer",
    "ImageUploadSerializer",
    "PatientSerializer",
]
