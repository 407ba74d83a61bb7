from ..revisions import Revision
from .comparison import Comparison, ComparisonPane
from .consultation import Consultation
from .image import ConsultationImage
from .patient import Patient

__all__ = [
    "Comparison",
    "ComparisonPane",
    "Consultation",
    "ConsultationImage",
    "Patient",
    "Revision",
]
