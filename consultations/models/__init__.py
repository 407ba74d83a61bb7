from ..revisions import Revision
from .comparison import Comparison, ComparisonPane
from .consultation import Consultation
from .image import ConsultationImage
from .lesion import Lesion
from .patient import Patient

__all__ = [
    "Comparison",
    "ComparisonPane",
    "Consultation",
    "ConsultationImage",
    "Lesion",
    "Patient",
    "Revision",
]
