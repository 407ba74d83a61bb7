from django import forms
from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ..lockout import count_wrong_code, is_locked_out
from . import services


class CodeInput(forms.PasswordInput):
    """Large, with a phone's digits, and empty again after a wrong code; seen while it is typed."""

    input_type = "text"

    def __init__(self):
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
    """Of `user`, who is signed in unless somebody else is named."""

    def __init__(self, *args, request, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.request, self.user = request, user or request.user


class CodeForm(UserForm):
    """A code of `user`'s second factor; `device` is what took it.

    Wrong ones slow down (django-otp) and lock (django-axes), like wrong passwords.
    """

    wrong = _("Wrong code. Every code is good once; the app shows the next one.")
    device = None
    code = forms.CharField(label=_("Code"), max_length=40, widget=CodeInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = True

    def clean(self):
        if self.errors or is_locked_out(self.request, self.user):
            return
        try:
            self.device = self.check_code(self.cleaned_data["code"])
        except services.TooSoon as wait:
            text = ngettext(
                "Wait %(seconds)d second, then try again.",
                "Wait %(seconds)d seconds, then try again.",
                wait.seconds,
            )
            error = forms.ValidationError(text % {"seconds": wait.seconds}, "too_soon")
            self.add_error("code", error)
            return
        if self.device is None:
            count_wrong_code(self.request, self.user)
            self.add_error("code", forms.ValidationError(self.wrong, "wrong"))

    def check_code(self, code):
        return services.verify(self.user, code)

    @property
    def status(self):
        """Of the page that shows it again."""
        return 429 if self.has_error("code", "too_soon") else 200


class RecoveryCodeForm(CodeForm):
    """The same with letters on the keyboard."""

    wrong = _("Wrong recovery code. Every one is good once.")

    def __init__(self, *args, **kwargs):
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

    def clean_password(self):
        password = self.cleaned_data["password"]
        if authenticate(self.request, username=self.user.email, password=password) != self.user:
            raise forms.ValidationError(_("Wrong password."), "wrong")
        return password


class SwitchOnForm(CodeForm, PasswordForm):
    """A code of the new secret, and the password unless it was typed a moment ago."""

    field_order = ["code", "password"]
    wrong = _("Wrong code. Look whether the telephone's clock is right.")

    def __init__(self, *args, device, password_is_fresh, **kwargs):
        super().__init__(*args, **kwargs)
        self.new_device, self.codes = device, []
        del self.fields["code"].widget.attrs["autofocus"]  # first comes the picture above
        if password_is_fresh:
            del self.fields["password"]

    def check_code(self, code):
        device, self.codes = services.switch_on(self.user, self.new_device.pk, code) or (None, [])
        return device


class SwitchOffForm(CodeForm, PasswordForm):
    field_order = ["password", "code"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code, or a recovery code")
        self.fields["code"].widget.attrs["inputmode"] = "text"
        del self.fields["code"].widget.attrs["autofocus"]
