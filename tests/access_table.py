"""Who gets what from every named route, as HTTP statuses. A page answers 302 (to the login) where
nobody is signed in."""

ACTORS = ("doctor", "other_doctor", "patient", "other_patient", "staff", "stranger")
VIEW = (200, 404, 200, 404, 404, 302)  # pages that doctor and patient may view
CHANGE = (200, 404, 403, 404, 404, 302)  # pages that only the doctor may open
DOCTORS = (200, 200, 403, 403, 403, 302)  # pages for any doctor
API_VIEW = (200, 404, 200, 404, 404, 401)
API_CHANGE = (200, 404, 403, 404, 404, 401)
API_OWN = (200,) * 5 + (401,)  # every user's own gallery
API_OWNER = (200, 404, 404, 404, 404, 401)  # the doctor's gallery image
SIGNED_IN = (200,) * 5 + (302,)
OWNER = (200, 404, 404, 404, 404, 302)  # pages of the doctor's gallery image
ANYONE = (200,) * 6

# (route, method): the status for each of ACTORS. Bodies are valid, so that 2xx means permitted.
TABLE = {
    # pages
    ("home", "get"): (200, 200, 200, 200, 302, 302),
    ("patient_list", "get"): DOCTORS,
    ("patient_create", "get"): DOCTORS,
    ("patient_suggestions", "get"): DOCTORS,
    ("patient_detail", "get"): VIEW,
    ("patient_edit", "get"): CHANGE,
    ("patient_edit", "post"): CHANGE,
    ("patient_revisions", "get"): CHANGE,
    ("consultation_revisions", "get"): CHANGE,
    ("image_revisions", "get"): CHANGE,
    ("lesion_list", "get"): VIEW,
    ("lesion_create", "get"): CHANGE,
    ("lesion_create", "post"): CHANGE,
    ("lesion_detail", "get"): VIEW,
    ("lesion_edit", "get"): CHANGE,
    ("lesion_edit", "post"): CHANGE,
    ("lesion_delete", "get"): CHANGE,
    ("lesion_delete", "post"): (302, 404, 403, 404, 404, 302),
    ("lesion_revisions", "get"): CHANGE,
    ("comparison_revisions", "get"): CHANGE,
    ("consultation_list", "get"): DOCTORS,
    ("consultation_create", "get"): DOCTORS,
    ("consultation_detail", "get"): VIEW,
    ("consultation_incomplete", "get"): (302, 404, 403, 404, 404, 302),
    ("consultation_edit", "get"): CHANGE,
    ("consultation_edit", "post"): CHANGE,
    ("image_detail", "get"): VIEW,
    ("image_detail", "post"): CHANGE,
    ("image_delete", "get"): CHANGE,
    ("image_delete", "post"): (302, 404, 403, 404, 404, 302),
    ("bin_list", "get"): DOCTORS,
    ("bin_selected", "post"): (200, 302, 403, 403, 403, 302),  # asks; of others' images nothing
    ("image_move", "get"): CHANGE,
    ("images_selected", "get"): SIGNED_IN,
    ("images_selected", "post"): (302,) * 6,  # back; of others' images nothing
    ("images_download", "post"): (200, 302, 200, 302, 302, 302),
    ("images_move", "post"): (302, 404, 403, 403, 403, 302),
    ("image_file", "get"): (302, 404, 302, 404, 404, 302),  # to the signed URL
    ("image_audit", "get"): VIEW,
    ("image_measurements", "get"): (302, 404, 403, 404, 404, 302),  # to the image's page
    ("patient_measurements", "get"): CHANGE,
    ("compare", "get"): VIEW,
    ("audit", "get"): SIGNED_IN,
    ("image_annotations", "get"): (302, 404, 302, 404, 404, 302),
    # gallery: every user has one and sees only their own
    ("gallery", "get"): SIGNED_IN,
    ("gallery_progress", "get"): SIGNED_IN,
    ("gallery_selected", "post"): (302,) * 6,
    ("gallery_download", "post"): (200, 302, 302, 302, 302, 302),
    ("gallery_image", "get"): OWNER,
    ("gallery_image", "post"): (302, 404, 404, 404, 404, 302),
    ("gallery_file", "get"): (302, 404, 404, 404, 404, 302),
    ("gallery_image_delete", "post"): (302, 404, 404, 404, 404, 302),
    ("gallery_retry", "post"): (302, 404, 404, 404, 404, 302),
    # probes
    ("healthz", "get"): ANYONE,
    ("readyz", "get"): ANYONE,
    ("metrics", "get"): (404,) * 6,  # without METRICS_TOKEN
    # accounts
    ("login", "get"): ANYONE,
    ("login_code", "get"): (302,) * 6,  # no password was entered before
    ("login_again", "get"): ANYONE,  # who is signed in
    ("login_again", "post"): (400,) * 6,  # no password
    ("login_again_code", "post"): (400,) * 6,  # no password was entered before
    ("admin_login", "get"): (403, 403, 403, 403, 302, 302),
    ("admin_password_change", "get"): SIGNED_IN,
    ("security", "get"): SIGNED_IN,
    ("second_factor", "get"): SIGNED_IN,
    ("second_factor_codes", "get"): (302,) * 6,  # not switched on yet
    ("second_factor_off", "get"): (302,) * 6,
    ("logout", "post"): (302,) * 6,
    ("profile", "get"): SIGNED_IN,
    ("password_change", "get"): SIGNED_IN,
    ("password_reset", "get"): ANYONE,
    ("password_reset_done", "get"): ANYONE,
    ("password_reset_confirm", "get"): ANYONE,
    ("password_reset_complete", "get"): ANYONE,
    ("javascript-catalog", "get"): ANYONE,
    # signed media: whoever holds the URL; unsigned, nobody
    ("media", "get"): (404,) * 6,
    # API
    ("api-token", "post"): (400,) * 6,
    ("api-token-refresh", "post"): (400,) * 6,
    ("api-token-blacklist", "post"): (400,) * 6,
    ("api-not-found", "get"): (404,) * 6,
    ("api-schema", "get"): ANYONE,
    ("api-docs", "get"): ANYONE,
    ("api-patient-list", "get"): (200, 200, 403, 403, 403, 401),
    ("api-patient-list", "post"): (201, 201, 403, 403, 403, 401),
    ("api-patient-detail", "get"): (200, 404, 403, 403, 403, 401),
    ("api-patient-detail", "patch"): (200, 404, 403, 403, 403, 401),
    ("api-patient-lesions", "get"): API_VIEW,
    ("api-patient-lesions", "post"): (201, 404, 403, 404, 404, 401),
    ("api-lesion-detail", "get"): API_VIEW,
    ("api-lesion-detail", "patch"): API_CHANGE,
    ("api-lesion-detail", "delete"): (204, 404, 403, 404, 404, 401),
    ("api-lesion-images", "get"): API_VIEW,
    ("api-consultation-list", "get"): (200,) * 5 + (401,),
    ("api-consultation-list", "post"): (201, 400, 403, 403, 403, 401),
    ("api-consultation-detail", "get"): API_VIEW,
    ("api-consultation-detail", "patch"): API_CHANGE,
    ("api-consultation-images", "get"): API_VIEW,
    ("api-consultation-images", "post"): (201, 404, 403, 404, 404, 401),
    ("api-consultation-download-all", "get"): API_VIEW,
    ("api-image-detail", "get"): API_VIEW,
    ("api-image-audit", "get"): API_VIEW,
    ("api-image-detail", "patch"): API_CHANGE,
    ("api-image-detail", "delete"): (204, 404, 403, 404, 404, 401),
    ("api-image-scale", "get"): (200, 404, 403, 403, 403, 401),
    ("api-image-scale", "post"): (201, 404, 403, 403, 403, 401),
    ("api-image-scale", "delete"): (204, 404, 403, 403, 403, 401),
    ("api-image-ticks", "post"): (200, 404, 403, 403, 403, 401),
    ("api-image-field", "post"): (200, 404, 403, 403, 403, 401),
    ("api-image-outline", "post"): (200, 404, 403, 403, 403, 401),
    ("api-devices", "get"): (200, 200, 403, 403, 403, 401),
    ("api-image-measurements", "get"): (200, 404, 403, 403, 403, 401),
    ("api-image-measurements", "post"): (201, 404, 403, 403, 403, 401),
    ("api-measurement-detail", "get"): (200, 404, 403, 403, 403, 401),
    ("api-measurement-detail", "delete"): (204, 404, 403, 403, 403, 401),
    ("api-image-annotations", "get"): API_VIEW,
    ("api-image-annotations", "post"): (201, 404, 403, 404, 404, 401),
    ("api-annotation-detail", "get"): (200, 404, 404, 404, 404, 401),  # not shared with the patient
    ("api-annotation-detail", "put"): (200, 404, 404, 404, 404, 401),
    ("api-annotation-detail", "delete"): (204, 404, 404, 404, 404, 401),
    ("api-annotation-restore", "post"): (200, 404, 404, 404, 404, 401),  # it is there: no change
    ("api-annotation-versions", "get"): (200, 404, 404, 404, 404, 401),
    ("api-annotation-category-list", "get"): API_OWN,
    ("api-images", "patch"): (200, 200, 403, 403, 403, 401),  # others' keys are ignored
    ("api-images", "delete"): (200, 200, 403, 403, 403, 401),
    ("api-images-move", "post"): (200, 400, 403, 403, 403, 401),
    ("api-images-restore", "post"): (200, 200, 403, 403, 403, 401),
    ("api-images-download", "post"): (200, 404, 200, 404, 404, 401),
    ("api-patient-comparisons", "get"): API_VIEW,
    ("api-patient-comparisons", "post"): (201, 404, 403, 404, 404, 401),
    ("api-alignment", "post"): (200, 400, 403, 403, 403, 401),
    ("api-comparison-detail", "get"): API_VIEW,
    ("api-comparison-detail", "patch"): API_CHANGE,
    ("api-comparison-detail", "delete"): (204, 404, 403, 404, 404, 401),
    ("api-bin-list", "get"): (200, 200, 403, 403, 403, 401),
    ("api-bin-detail", "delete"): (204, 404, 403, 403, 403, 401),
    ("api-bin-restore", "post"): (200, 404, 403, 403, 403, 401),
    ("api-remove-background", "post"): (202,) * 5 + (401,),
    ("api-gallery", "get"): API_OWN,
    ("api-gallery", "patch"): API_OWN,
    ("api-gallery", "delete"): API_OWN,
    ("api-gallery-restore", "post"): API_OWN,
    ("api-gallery-download", "post"): API_OWNER,
    ("api-gallery-quota", "get"): API_OWN,
    ("api-gallery-tags", "get"): API_OWN,
    ("api-userimage-detail", "get"): API_OWNER,
    ("api-userimage-detail", "put"): API_OWNER,
    ("api-userimage-detail", "patch"): API_OWNER,
    ("api-userimage-detail", "delete"): (204, 404, 404, 404, 404, 401),
    ("api-userimage-retry", "post"): (202, 404, 404, 404, 404, 401),
    ("api-userimage-outline", "get"): (409, 404, 404, 404, 404, 401),  # the blob is not there
    ("api-userimage-outline", "put"): (202, 404, 404, 404, 404, 401),
    ("api-userimage-outline", "delete"): (204, 404, 404, 404, 404, 401),
    # links, statistics, and the buttons between the halves
    ("gallery_share", "get"): OWNER,
    ("gallery_share", "post"): OWNER,
    ("gallery_share_revoke", "post"): (302, 404, 404, 404, 404, 302),
    ("gallery_links", "get"): SIGNED_IN,
    ("gallery_links_revoke_all", "post"): (302,) * 6,
    ("gallery_statistics", "get"): SIGNED_IN,
    ("gallery_attach", "get"): (200, 404, 403, 403, 403, 302),
    ("gallery_attach", "post"): (200, 404, 403, 403, 403, 302),
    ("gallery_from_consultation", "post"): (302, 404, 302, 404, 404, 302),
    ("shared", "get"): ANYONE,  # whoever holds the link
    ("shared", "post"): ANYONE,
    ("shared_image", "get"): (404,) * 6,  # unsigned, nobody
    ("shared_original", "get"): (404,) * 6,
    ("api-userimage-shares", "get"): API_OWNER,
    ("api-userimage-shares", "post"): (201, 404, 404, 404, 404, 401),
    ("api-share-list", "get"): API_OWN,
    ("api-share-list", "delete"): API_OWN,
    ("api-share-detail", "delete"): (204, 404, 404, 404, 404, 401),
    ("api-image-remove-background", "post"): (202, 404, 202, 404, 404, 401),
    ("api-userimage-attach", "post"): (201, 404, 403, 403, 403, 401),
}
