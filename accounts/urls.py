from django.contrib.auth import views as auth
from django.urls import path

from . import reset, views
from .second_factor import again, login
from .second_factor import views as second_factor

urlpatterns = [
    path("login/", login.Login.as_view(), name="login"),
    path("login/code/", login.Code.as_view(), name="login_code"),
    path("login/again/", again.LoginAgain.as_view(), name="login_again"),
    path("login/again/code/", again.CodeAgain.as_view(), name="login_again_code"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("profile/", views.profile, name="profile"),
    path("security/", second_factor.security, name="security"),
    path("security/second-factor/", second_factor.set_up, name="second_factor"),
    path("security/recovery-codes/", second_factor.codes, name="second_factor_codes"),
    path("security/second-factor/off/", second_factor.switch_off, name="second_factor_off"),
    path("password/", views.PasswordChange.as_view(), name="password_change"),
    path(
        "password-reset/",
        reset.PasswordReset.as_view(),
        name="password_reset",
    ),
    path(
        "password-reset/sent/",
        auth.PasswordResetDoneView.as_view(template_name="accounts/password_reset_done.html"),
        name="password_reset_done",
    ),
    path(
        "password-reset/<uidb64>/<token>/",
        auth.PasswordResetConfirmView.as_view(template_name="accounts/password_reset_confirm.html"),
        name="password_reset_confirm",
    ),
    path(
        "password-reset/done/",
        auth.PasswordResetCompleteView.as_view(
            template_name="accounts/password_reset_complete.html"
        ),
        name="password_reset_complete",
    ),
]
