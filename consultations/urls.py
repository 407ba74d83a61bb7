from django.urls import path, re_path

from .views import (
    audit,
    bin,
    comparing,
    consultations,
    home,
    images,
    labelling,
    lesions,
    measuring,
    moving,
    patients,
    revisions,
    selected,
    suggestions,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("patients/", patients.patient_list, name="patient_list"),
    path("patients/new/", patients.patient_create, name="patient_create"),
    path("patients/suggestions/", suggestions.patient_suggestions, name="patient_suggestions"),
    path("patients/<int:pk>/", patients.patient_detail, name="patient_detail"),
    path(
        "patients/<int:pk>/measurements/",
        measuring.patient_measurements,
        name="patient_measurements",
    ),
    path("patients/<int:pk>/edit/", patients.patient_edit, name="patient_edit"),
    path("patients/<int:pk>/lesions/", lesions.lesion_list, name="lesion_list"),
    path("patients/<int:pk>/lesions/new/", lesions.lesion_create, name="lesion_create"),
    path("lesions/<int:pk>/", lesions.lesion_detail, name="lesion_detail"),
    path("lesions/<int:pk>/edit/", lesions.lesion_edit, name="lesion_edit"),
    path("lesions/<int:pk>/delete/", lesions.lesion_delete, name="lesion_delete"),
    path("lesions/<int:pk>/versions/", revisions.lesion_revisions, name="lesion_revisions"),
    path("consultations/", consultations.consultation_list, name="consultation_list"),
    path("consultations/new/", consultations.consultation_create, name="consultation_create"),
    path("consultations/<int:pk>/", consultations.consultation_detail, name="consultation_detail"),
    path("consultations/<int:pk>/edit/", consultations.consultation_edit, name="consultation_edit"),
    path(
        "consultations/<int:pk>/incomplete/",
        labelling.next_incomplete,
        name="consultation_incomplete",
    ),
    path("consultations/bin/", bin.bin_list, name="bin_list"),
    path("consultations/bin/selected/", bin.bin_selected, name="bin_selected"),
    path("consultations/images/<int:pk>/", images.image_detail, name="image_detail"),
    path("consultations/images/selected/", selected.images_selected, name="images_selected"),
    path("consultations/images/download/", selected.images_download, name="images_download"),
    path("consultations/images/move/", moving.images_move, name="images_move"),
    path("consultations/images/<int:pk>/move/", moving.image_move, name="image_move"),
    path(
        "consultations/images/<int:pk>/measurements/",
        measuring.image_measurements,
        name="image_measurements",
    ),
    path("consultations/images/<int:pk>/delete/", images.image_delete, name="image_delete"),
    # The grid's tiles write these behind the path of the image's page.
    re_path(
        r"^consultations/images/(?P<pk>[0-9]{1,18})/(?P<part>display|original|download)/$",
        images.image_file,
        name="image_file",
    ),
    path("patients/<int:pk>/versions/", revisions.patient_revisions, name="patient_revisions"),
    path(
        "consultations/<int:pk>/versions/",
        revisions.consultation_revisions,
        name="consultation_revisions",
    ),
    path(
        "consultations/images/<int:pk>/versions/", revisions.image_revisions, name="image_revisions"
    ),
    path("compare/", comparing.compare, name="compare"),
    path(
        "comparisons/<int:pk>/versions/",
        revisions.comparison_revisions,
        name="comparison_revisions",
    ),
    path("audit/", audit.audit, name="audit"),
    path("audit/consultation-image/<int:pk>/", audit.image_audit, name="image_audit"),
]
