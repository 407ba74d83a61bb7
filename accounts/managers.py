from typing import Any, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager

_User = TypeVar("_User", bound=AbstractBaseUser)


class UserManager(BaseUserManager[_User]):
    """Users log in by e-mail address, in upper or lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> _User:
        """Without a password, the user cannot log in. Raises ValueError for an empty e-mail."""
        if not email:
            raise ValueError("an e-mail address is required")
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> _User:
        """A member of staff with all permissions."""
        staff = self.model.Role.STAFF  # type: ignore[attr-defined]
        fields = {"is_staff": True, "is_superuser": True, "role": staff} | fields
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, email: str) -> _User:  # type: ignore[override]
        """The user of this address. Raises User.DoesNotExist."""
        return self.get(email=email.lower())
