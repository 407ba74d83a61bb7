"""English dates that nobody misreads: Django's are American, and 03/04 is a date of birth."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT
MONTH_DAY_FORMAT = "j F"
