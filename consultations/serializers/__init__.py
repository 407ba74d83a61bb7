from .images import BinnedImageSerializer, ImageSerializer, ImageUploadSerializer
from .lesions import LesionSerializer
from .records import ConsultationSerializer, PatientSerializer

__all__ = [
    "BinnedImageSerializer",
    "ConsultationSerializer",
    "ImageSerializer",
    "ImageUploadSerializer",
    "LesionSerializer",
    "PatientSerializer",
]
