from ..revisions import Revision
from .comparison import Comparison, ComparisonPane
from .consultation import Consultation
from .image import ConsultationImage
from .lesion import Lesion
from .measuring import Device, Measurement, Scale
from .patient import Patient

__all__ = [
    "Comparison",
    "ComparisonPane",
    "Consultation",
    "ConsultationImage",
    "Device",
    "Lesion",
    "Measurement",
    "Patient",
    "Revision",
    "Scale",
]
