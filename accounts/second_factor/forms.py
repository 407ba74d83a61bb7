from typing import Any, cast

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ..lockout import count_wrong_code, is_locked_out
from ..models import User
from . import services
from .devices import Authenticator


class CodeInput(forms.PasswordInput):
    """Large, with a numeric keypad, cleared after a wrong code; the code is visible."""

    input_type = "text"

    def __init__(self) -> None:
        super().__init__(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autocapitalize": "none",
                "spellcheck": "false",
                "class": "code",
            }
        )


class UserForm(forms.Form):
    """About `user`, by default the one who is signed in."""

    def __init__(
        self, *args: Any, request: HttpRequest, user: User | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user = request, user or cast(User, request.user)


class CodeForm(UserForm):
    """A code of the user's second factor; `device` is the one that accepted it.

    Wrong codes delay the next try (django-otp) and count towards the lock, like wrong passwords
    (django-axes).
    """

    wrong = _("Wrong code. Each code works only once; the app will show the next one.")
    device: services.Device | None = None
    code = forms.CharField(label=_("Code"), max_length=40, widget=CodeInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = True

    def clean(self) -> None:
        if self.errors or is_locked_out(self.request, self.user):
            return
        try:
            self.device = self.check_code(self.cleaned_data["code"])
        except services.TooSoon as delay:
            text = ngettext(
                "Wait %(seconds)d second, then try again.",
                "Wait %(seconds)d seconds, then try again.",
                delay.seconds,
            )
            error = forms.ValidationError(text % {"seconds": delay.seconds}, "too_soon")
            self.add_error("code", error)
            return
        if self.device is None:
            count_wrong_code(self.request, self.user)
            self.add_error("code", forms.ValidationError(self.wrong, "wrong"))

    def check_code(self, code: str) -> services.Device | None:
        """The device that accepts the code, or None. Raises services.TooSoon."""
        return services.verify(self.user, code)

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows the form again."""
        return 429 if self.has_error("code", "too_soon") else 200


class RecoveryCodeForm(CodeForm):
    """A recovery code, which has letters."""

    wrong = _("Wrong recovery code. Each one works only once.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Recovery code")
        self.fields["code"].widget.attrs |= {"autocomplete": "off", "inputmode": "text"}


class PasswordForm(UserForm):
    """The signed-in user's password, typed again."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if authenticate(self.request, username=self.user.email, password=password) != self.user:
            raise forms.ValidationError(_("Wrong password."), "wrong")
        return password


class SwitchOnForm(CodeForm, PasswordForm):
    """A code of the new secret, and the password unless it was typed recently."""

    field_order = ["code", "password"]
    wrong = _("Wrong code. Check that your phone’s clock is right.")

    def __init__(
        self, *args: Any, device: Authenticator, password_is_fresh: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.new_device = device
        self.codes: list[str] = []
        del self.fields["code"].widget.attrs["autofocus"]  # the QR code above comes first
        if password_is_fresh:
            del self.fields["password"]

    def check_code(self, code: str) -> services.Device | None:
        device, self.codes = services.switch_on(self.user, self.new_device.pk, code) or (None, [])
        return device


class SwitchOffForm(CodeForm, PasswordForm):
    field_order = ["password", "code"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code or recovery code")
        self.fields["code"].widget.attrs["inputmode"] = "text"
        del self.fields["code"].widget.attrs["autofocus"]
