"""Pages of a patient's lesions: the map and the list, a lesion's line in time, and its forms."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.requests import AuthenticatedRequest
from audit.trail import Action, record
from core.errors import ServiceError
from core.fragments import vary_on_htmx, wants_fragment
from core.returning import sent_along
from core.templatetags.dates import interval

from .. import lesions, services
from ..bodymap.places import middle_of
from ..comparing.opening import comparison_query, first_and_latest
from ..facts import with_tile_facts
from ..lesion_form import LesionForm
from ..measuring.course import course_of
from ..measuring.course_plot import growth_words, plot_of
from ..models import Comparison, ConsultationImage, Lesion, Patient
from ..models.lesion import LesionQuerySet
from ..ordering import IN_TIME, descending
from ..selection import parse_keys
from . import body_map
from .access import can_edit, get_editable, get_visible
from .editing import edited_rows, render_form

MOST = 500  # lesions of a patient on one page
COMPARISONS = 50


def lesions_of(patient: Patient, request: AuthenticatedRequest) -> LesionQuerySet:
    """A patient's lesions with the number of images that the user may see."""
    rows = Lesion.objects.filter(patient=patient).with_images_count(request.user)
    return rows.order_by("pk")[:MOST]


@login_required
@vary_on_htmx
def lesion_list(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The body map and the list of a patient's lesions; as a fragment, the map."""
    patient = get_visible(Patient.objects, request.user, pk)
    found = list(lesions_of(patient, request))
    editable = can_edit(patient, request.user)
    context = {"patient": patient, "lesions": found, "can_edit": editable}
    choosing = "choosing" in request.GET
    context |= body_map.context(request, patient, found, choosing=choosing)
    part = wants_fragment(request)
    return render(
        request, "patients/partials/body_map.html" if part else "patients/lesions.html", context
    )


@login_required
def lesion_create(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """A new lesion, of a site, a point or some images that the request names. Images come from a
    page where the work on them goes on: back to it."""
    patient = get_editable(Patient.objects, request.user, pk)
    keys = parse_keys([*request.GET.getlist("ids"), *request.POST.getlist("ids")])
    images = ConsultationImage.objects.editable_by(request.user)
    images = images.filter(patient=patient, pk__in=keys)
    back = sent_along(request, reverse("patient_detail", args=[pk]))
    new = Lesion(patient=patient)
    sent = request.method == "POST" and "label" in request.POST
    if sent:
        form = LesionForm(request.POST, instance=new)
        if form.is_valid() and (made := _create(request, patient, form, images)):
            if not made.images.exists():
                return redirect("lesion_detail", pk=made.pk)
            messages.success(request, _("Lesion created: %(name)s") % {"name": made})
            return redirect(back)
    else:
        form = LesionForm(instance=new, initial=_initial(request, patient, images))
    context: dict[str, Any] = {"patient": patient, "form": form, "images": images, "back": back}
    return _render_map_form(request, patient, form, context)


def _initial(request: HttpRequest, patient: Patient, images: Any) -> dict[str, Any]:
    """What the form begins with: from the map, or from the first image."""
    names = ("body_site", "laterality", "map_view", "map_x", "map_y")
    said = {name: request.GET[name] for name in names if name in request.GET}
    first = images.order_by("pk").first()
    if first:
        said = {"body_site": first.body_site, "laterality": first.laterality} | said
        said["first_seen"] = min(image.shown_date for image in images)
    return said | {"label": lesions.next_label(patient)}


def _create(
    request: AuthenticatedRequest, patient: Patient, form: LesionForm, images: Any
) -> Lesion | None:
    try:
        made = lesions.create_lesion(patient=patient, **form.cleaned_data)
    except ServiceError as error:
        form.add_error(error.attr, str(error.detail))
        return None
    try:
        services.edit_images(images, user=request.user, lesion=made)
    except ServiceError as error:  # the lesion is there; its images are not of its side
        messages.warning(request, str(error.detail))
    return made


@login_required
def lesion_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One lesion: what is known of it, and its images in time, with how far they are apart."""
    rows = Lesion.objects.select_related("patient").with_images_count(request.user)
    lesion = get_visible(rows, request.user, pk)
    visible = ConsultationImage.objects.visible_to(request.user).filter(lesion=lesion)
    course = course_of(lesion, request.user)
    images = list(visible.order_by(*descending(IN_TIME))[:MOST])
    images = with_tile_facts(images, sizes=course.sizes, user=request.user)
    record(Action.LISTED, lesion.patient, images=len(images), lesion=lesion.pk)
    context = {
        "lesion": lesion,
        "patient": lesion.patient,
        "images": images,
        "line": _line(images),
        "course": course,
        "growth": growth_words(course.growth),
        "plot": plot_of(course),
        "comparing": (pair := first_and_latest(images)) and comparison_query(pair),
        "comparisons": Comparison.objects.visible_to(request.user).of_lesion(lesion)[:COMPARISONS],
        "can_edit": can_edit(lesion, request.user),
    }
    context |= body_map.context(
        request, lesion.patient, [lesion], view=lesion.map_view, choosing=True
    )
    return render(request, "patients/lesion.html", context)


def _line(images: list[ConsultationImage]) -> list[dict[str, Any]]:
    """The images by day, latest first: {day, images, since: how long after the day before}."""
    days: dict[Any, list[ConsultationImage]] = {}
    for image in images:
        days.setdefault(image.shown_date, []).append(image)
    ordered = sorted(days, reverse=True)
    earlier = [*ordered, None][1:]
    return [
        {"day": day, "images": days[day], "since": interval(before, day) if before else ""}
        for day, before in zip(ordered, earlier, strict=True)
    ]


@login_required
def lesion_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Edit a lesion; of two people who do so at once, the second is shown both texts."""
    with edited_rows(request, Lesion.objects.select_related("patient")) as locked:
        lesion = get_editable(locked, request.user, pk)
        form = LesionForm(request.POST or None, instance=lesion)
        if request.method == "POST" and form.is_valid():
            try:
                former = Lesion.objects.get(pk=pk)  # the form has changed its own
                lesions.update_lesion(former, user=request.user, **form.changes)
            except ServiceError as error:
                form.add_error(error.attr, str(error.detail))
            else:
                messages.success(request, _("Saved."))
                return redirect("lesion_detail", pk=pk)
    context = {"lesion": lesion, "patient": lesion.patient, "form": form}
    return _render_map_form(request, lesion.patient, form, context)


def _render_map_form(
    request: AuthenticatedRequest, patient: Patient, form: LesionForm, context: dict[str, Any]
) -> HttpResponse:
    """The form beside a map, on which the other lesions are shown, too."""
    view = str(form["map_view"].value() or "")
    if not view and (place := middle_of(form["body_site"].value(), form["laterality"].value())):
        view = place[0]
    others = [one for one in lesions_of(patient, request) if one.pk != form.instance.pk]
    context |= body_map.context(request, patient, others, view=view, choosing=True)
    return render_form(request, "patients/lesion_form.html", context, form)


@login_required
def lesion_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Delete a lesion for good, after asking; its images stay."""
    rows = Lesion.objects.select_related("patient").with_images_count(request.user)
    lesion = get_editable(rows, request.user, pk)
    if request.method == "POST":
        try:
            lesions.delete_lesion(lesion)
        except Lesion.DoesNotExist as gone:
            raise Http404 from gone
        messages.success(request, _("The lesion is deleted. Its images have stayed."))
        return redirect("lesion_list", pk=lesion.patient_id)
    context = {"lesion": lesion, "patient": lesion.patient}
    return render(request, "patients/lesion_delete.html", context)
