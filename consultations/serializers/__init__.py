from .images import ImageSerializer, ImageUploadSerializer
from .records import ConsultationSerializer, PatientSerializer

__all__ = [
    "ConsultationSerializer",
    "ImageSerializer",
    "ImageUploadSerializer",
    "PatientSerializer",
]
