from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _

from core.versions import VersionedForm

from .lockout import LoginAttemptRate
from .models import User


class LoginForm(AuthenticationForm):
    """E-mail and password; one and the same answer to a wrong one of either."""

    error_messages = {
        "invalid_login": _("Wrong e-mail or password."),
        "inactive": _("Wrong e-mail or password."),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "inputmode": "email"}
        )

        if self.is_bound:  # what is typed again is the password
            del self.fields["username"].widget.attrs["autofocus"]
            self.fields["password"].widget.attrs["autofocus"] = True

    def clean_username(self):
        return self.cleaned_data["username"].lower()

    def clean(self):
        if not LoginAttemptRate().allow_request(self.request, None):
            self.request.axes_locked_out = True  # AxesMiddleware answers 429
            raise self.get_invalid_login_error()
        return super().clean()


class ChangeForm(PasswordChangeForm):
    """Its old password is as slow to guess as a login's: a wrong one counts and is told."""

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self):
        password = self.cleaned_data["old_password"]
        if authenticate(self.request, username=self.user.email, password=password) != self.user:
            wrong = self.error_messages["password_incorrect"]
            raise forms.ValidationError(wrong, "password_incorrect")
        return password


class ProfileForm(VersionedForm, forms.ModelForm):
    class Meta:
        model = User
        fields = ["full_name", "language"]
        widgets = {"full_name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [
            ("", _("The browser's")),
            ("fr", "Français"),
            ("en", "English"),
        ]
