from django.contrib.auth.base_user import BaseUserManager


class UserManager(BaseUserManager):
    """Users whose login is an e-mail address, in any case."""

    def create_user(self, email, password=None, **fields):
        if not email:
            raise ValueError("an e-mail address is required")
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        fields = {"is_staff": True, "is_superuser": True, "role": self.model.Role.STAFF} | fields
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, email):
        return self.get(email=email.lower())
