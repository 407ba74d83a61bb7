from ..revisions import Revision
from .consultation import Consultation
from .image import ConsultationImage
from .patient import Patient

__all__ = ["Consultation", "ConsultationImage", "Patient", "Revision"]
