from imaging.pagination import Pages


class PatientPages(Pages):
    key = "patients"


class ConsultationPages(Pages):
    key = "consultations"
