from typing import Any, cast

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.versions import VersionedForm

from .lockout import LoginAttemptRate
from .models import User


class LoginForm(AuthenticationForm):
    """E-mail and password; the error does not say which of them is wrong."""

    error_messages = {
        "invalid_login": _("Wrong e-mail or password."),
        "inactive": _("Wrong e-mail or password."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "inputmode": "email"}
        )

        if self.is_bound:  # after an error, the password is typed again
            del self.fields["username"].widget.attrs["autofocus"]
            self.fields["password"].widget.attrs["autofocus"] = True

    def clean_username(self) -> str:
        return self.cleaned_data["username"].lower()

    def clean(self) -> dict[str, Any]:
        """Limits the rate of attempts before it checks the password."""
        if not LoginAttemptRate().allow_request(self.request, None):
            self.request.axes_locked_out = True  # type: ignore[union-attr]  # AxesMiddleware answers 429
            raise self.get_invalid_login_error()
        return super().clean()


class ChangeForm(PasswordChangeForm):
    """The old password is as hard to guess as at login: wrong ones count towards the lock."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = cast(forms.ChoiceField, self.fields["language"])
        language.choices = [
            ("", _("The browser’s language")),
            ("fr", "Français"),
            ("en", "English"),
        ]
