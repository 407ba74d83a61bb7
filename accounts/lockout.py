def attempted_email(request, credentials=None):
    """Who somebody tried to be, for django-axes: the form says `username`, the API `email`.

    Without it every failure counts against nobody, and one guesser locks out a whole practice
    that shares an address.
    """
    told = credentials or {}
    email = told.get("username") or told.get("email")
    if not email and request is not None:
        email = request.POST.get("username")
    return email.lower() if email else None
