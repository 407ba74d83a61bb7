from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnnotationsConfig(AppConfig):
    name = "annotations"
    verbose_name = _("Annotations")

    def ready(self) -> None:
        from consultations import additions

        from .archive import beside_originals
        from .reading import annotated
        from .views import button_over_panes, part_of_page

        additions.marks["annotated"] = annotated
        additions.tools.append("annotations/viewer_button.html")
        additions.pane_tools.append(button_over_panes)
        additions.parts.append(part_of_page)
        additions.files.append(beside_originals)
