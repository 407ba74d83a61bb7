from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import PasswordChangeView
from django.contrib.messages.views import SuccessMessageMixin
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .forms import ChangeForm, ProfileForm
from .requests import AuthenticatedRequest


class PasswordChange(SuccessMessageMixin, PasswordChangeView):
    template_name = "accounts/password_change.html"
    form_class = ChangeForm
    success_url = reverse_lazy("security")
    success_message = gettext_lazy("Password changed")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}


@login_required
def profile(request: AuthenticatedRequest) -> HttpResponse:
    """The user's own name and language; 409 where somebody else changed them meanwhile."""
    if request.method != "POST":
        return render(
            request, "accounts/profile.html", {"form": ProfileForm(instance=request.user)}
        )
    with transaction.atomic():
        # Locked: the row that the form is compared with must not change before it is saved.
        users = get_user_model().objects.select_for_update(no_key=True)
        user = users.get(pk=request.user.pk)
        form = ProfileForm(request.POST, instance=user)
        if form.is_valid():
            user = form.save()
            with translation.override(user.language or request.LANGUAGE_CODE):
                messages.success(request, _("Saved."))
            return redirect("profile")
    status = 409 if form.conflicts else 200
    return render(request, "accounts/profile.html", {"form": form}, status=status)
