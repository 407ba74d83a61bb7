"""The words of the record: image types, body sites, sides, with their standard codes.

Sources: ISIC archive's `image_type`; DICOM CID 4029 (dermatology anatomic sites) and CID 244
(laterality), whose codes are SNOMED CT's (SCT) or DICOM's own (DCM).
"""

from typing import NamedTuple

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ImageType(models.TextChoices):
    PRIMARY_LESION = "primary_lesion", _("Primary lesion")
    MACRO = "macro", _("Macro")
    DERMOSCOPY = "dermoscopy", _("Dermoscopy")
    OVERVIEW = "overview", _("Overview")
    CLOSE_UP = "close_up", _("Close-up")
    POST_TREATMENT = "post_treatment", _("Post-treatment")
    HISTOLOGY = "histology", _("Histology")
    OTHER = "other", _("Other")


ISIC_IMAGE_TYPE = {
    ImageType.PRIMARY_LESION: "clinical: close-up",
    ImageType.MACRO: "clinical: close-up",
    ImageType.DERMOSCOPY: "dermoscopic",
    ImageType.OVERVIEW: "clinical: overview",
    ImageType.CLOSE_UP: "clinical: close-up",
    ImageType.POST_TREATMENT: "clinical: close-up",
    ImageType.HISTOLOGY: None,
    ImageType.OTHER: None,
}


class DermoscopicType(models.TextChoices):
    CONTACT_POLARIZED = "contact_polarized", _("Contact polarized")
    CONTACT_NON_POLARIZED = "contact_non_polarized", _("Contact non-polarized")
    NON_CONTACT_POLARIZED = "non_contact_polarized", _("Non-contact polarized")


class Mirrored(models.TextChoices):
    """Whether left and right are exchanged in a front camera's picture. Of other cameras: ""."""

    UNKNOWN = "unknown", _("Not known")
    NO = "no", _("Not mirrored")
    YES = "yes", _("Mirrored")


class Laterality(models.TextChoices):
    LEFT = "left", pgettext_lazy("side", "Left")
    RIGHT = "right", pgettext_lazy("side", "Right")
    BILATERAL = "bilateral", pgettext_lazy("side", "Bilateral")

    @property
    def opposite(self) -> str:
        """The other side, or "" of both."""
        return {"left": "right", "right": "left"}.get(self.value, "")

    @property
    def snomed_code(self) -> str:
        """The SNOMED CT code (DICOM CID 244)."""
        return {"left": "7771000", "right": "24028007", "bilateral": "51440002"}[self.value]


class BodyView(models.TextChoices):
    """The drawings of the body map. Of a pair of hands or feet each is seen as the patient holds it
    out: left and right are the patient's."""

    FRONT = "front", _("Front view")
    BACK = "back", _("Back view")
    FACE = "face", _("Face")
    HEAD_RIGHT = "head_right", _("Head, right side")
    HEAD_LEFT = "head_left", _("Head, left side")
    PALMS = "palms", _("Palms")
    HANDS = "hands", _("Backs of the hands")
    FEET = "feet", _("Feet")
    SOLES = "soles", _("Soles")


class BodySite(NamedTuple):
    code: str
    scheme: str  # SCT or DCM
    meaning: str  # as in CID 4029
    label: str | Promise
    paired: bool = False


HEAD_AND_NECK = (
    BodySite("43067004", "SCT", "Skin of scalp", _("Scalp")),
    BodySite("68698007", "SCT", "Skin of forehead", _("Forehead")),
    BodySite("16621002", "SCT", "Skin of temporal region", _("Temple"), True),
    BodySite("367577003", "SCT", "Skin of eyebrow", _("Eyebrow"), True),
    BodySite("41310005", "SCT", "Skin of upper eyelid", _("Upper eyelid"), True),
    BodySite("40069000", "SCT", "Skin of lower eyelid", _("Lower eyelid"), True),
    BodySite("113179006", "SCT", "Skin of nose", _("Nose")),
    BodySite("36141000", "SCT", "Skin of cheek", _("Cheek"), True),
    BodySite("1902009", "SCT", "Skin of ear", _("Ear"), True),
    BodySite("86719006", "SCT", "Skin of preauricular region", _("In front of the ear"), True),
    BodySite("24483006", "SCT", "Skin of postauricular region", _("Behind the ear"), True),
    BodySite("16251004", "SCT", "Skin of upper lip", _("Upper lip")),
    BodySite("66934001", "SCT", "Skin of lower lip", _("Lower lip")),
    BodySite("113277000", "SCT", "Oral mucosa", _("Oral mucosa")),
    BodySite("23747009", "SCT", "Skin of chin", _("Chin")),
    BodySite("244097004", "SCT", "Skin of jawline", _("Jawline"), True),
    BodySite("11584001", "SCT", "Skin of anterior portion of neck", _("Neck, front")),
    BodySite("5272005", "SCT", "Skin of lateral portion of neck", _("Neck, side"), True),
    BodySite("4658004", "SCT", "Skin of nuchal region", _("Nape")),
)
TRUNK = (
    BodySite("244106003", "SCT", "Skin of anterior surface of thorax", _("Chest")),
    BodySite("54468004", "SCT", "Skin of nipple", _("Nipple"), True),
    BodySite("76261009", "SCT", "Skin of axilla", _("Armpit"), True),
    BodySite("75093004", "SCT", "Skin of abdomen", _("Abdomen")),
    BodySite("315003", "SCT", "Skin of umbilicus", _("Navel")),
    BodySite("66643007", "SCT", "Skin of back", _("Back")),
    BodySite("699893008", "SCT", "Skin of back of upper thoracic region", _("Upper back")),
    BodySite("130323", "DCM", "Skin of mid back", _("Mid back")),
    BodySite("113182001", "SCT", "Skin of lower back", _("Lower back")),
)
UPPER_EXTREMITY = (
    BodySite("371311000", "SCT", "Skin of upper extremity", _("Whole arm"), True),
    BodySite(
        "45981001", "SCT", "Skin of anterior surface of upper arm", _("Upper arm, front"), True
    ),
    BodySite(
        "72939005", "SCT", "Skin of posterior surface of upper arm", _("Upper arm, back"), True
    ),
    BodySite("17957002", "SCT", "Skin of antecubital fossa", _("Elbow crease"), True),
    BodySite("181536004", "SCT", "Skin of posterior surface of elbow", _("Elbow"), True),
    BodySite("70559009", "SCT", "Skin of anterior surface of forearm", _("Forearm, front"), True),
    BodySite("41550009", "SCT", "Skin of posterior surface of forearm", _("Forearm, back"), True),
    BodySite("24527008", "SCT", "Skin of palmar area of wrist", _("Wrist, palm side"), True),
    BodySite("52876008", "SCT", "Skin of dorsal area of wrist", _("Wrist, back"), True),
    BodySite("70887009", "SCT", "Skin of palm of hand", _("Palm"), True),
    BodySite(
        "281642007", "SCT", "Skin of part of dorsal surface of hand", _("Back of the hand"), True
    ),
    BodySite("244169007", "SCT", "Skin of digit of hand", _("Finger"), True),
    BodySite("770809003", "SCT", "Nail unit of finger", _("Fingernail"), True),
)
LOWER_EXTREMITY = (
    BodySite("371304004", "SCT", "Skin of lower extremity", _("Whole leg"), True),
    BodySite("61248009", "SCT", "Skin of anterior surface of thigh", _("Thigh, front"), True),
    BodySite("73958006", "SCT", "Skin of medial surface of thigh", _("Thigh, inner side"), True),
    BodySite("4578000", "SCT", "Skin of posterior surface of thigh", _("Thigh, back"), True),
    BodySite("181553006", "SCT", "Skin of anterior surface of knee", _("Knee"), True),
    BodySite("84507004", "SCT", "Skin of popliteal fossa", _("Hollow of the knee"), True),
    BodySite("25763004", "SCT", "Skin of anterior surface of lower leg", _("Shin"), True),
    BodySite("47224004", "SCT", "Skin of posterior surface of lower leg", _("Calf"), True),
    BodySite("181563003", "SCT", "Skin of medial aspect of ankle", _("Ankle, inner side"), True),
    BodySite("181564009", "SCT", "Skin of lateral aspect of ankle", _("Ankle, outer side"), True),
    BodySite("84607009", "SCT", "Skin of heel", _("Heel"), True),
    BodySite("60496002", "SCT", "Skin of foot", _("Foot"), True),
    BodySite("130317", "DCM", "Skin of sole of forefoot", _("Sole, forefoot"), True),
    BodySite("52034004", "SCT", "Skin of toe", _("Toe"), True),
    BodySite("770805009", "SCT", "Nail unit of toe", _("Toenail"), True),
)
ANOGENITAL = (
    BodySite("39687006", "SCT", "Skin of inguinal region", _("Groin"), True),
    BodySite("22180002", "SCT", "Skin of buttock", _("Buttock"), True),
    BodySite("60944009", "SCT", "Skin of external genitalia", _("External genitalia")),
    BodySite("48014002", "SCT", "Skin of perineum", _("Perineum")),
    BodySite("59112000", "SCT", "Skin of anus", _("Anus")),
)
BODY_SITE_GROUPS = (
    (_("Head and neck"), HEAD_AND_NECK),
    (_("Trunk"), TRUNK),
    (_("Upper extremity"), UPPER_EXTREMITY),
    (_("Lower extremity"), LOWER_EXTREMITY),
    (_("Anogenital"), ANOGENITAL),
)
BODY_SITES = {site.code: site for _group, sites in BODY_SITE_GROUPS for site in sites}


def body_site_choices() -> list[tuple[str | Promise, list[tuple[str, str | Promise]]]]:
    """The menu, [(group, [(code, label), …]), …]: a callable, which keeps it out of migrations."""
    return [
        (group, [(site.code, site.label) for site in sites]) for group, sites in BODY_SITE_GROUPS
    ]
