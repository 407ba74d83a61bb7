from .images import BinnedImageSerializer, ImageSerializer, ImageUploadSerializer
from .lesions import LesionDetailSerializer, LesionSerializer
from .records import ConsultationSerializer, PatientSerializer

__all__ = [
    "BinnedImageSerializer",
    "ConsultationSerializer",
    "ImageSerializer",
    "ImageUploadSerializer",
    "LesionDetailSerializer",
    "LesionSerializer",
    "PatientSerializer",
]
