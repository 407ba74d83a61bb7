from ..revisions import Revision
from .consultation import Consultation
from .image import ConsultationImage
from .lesion import Lesion
from .patient import Patient

__all__ = ["Consultation", "ConsultationImage", "Lesion", "Patient", "Revision"]
