from django.db import migrations, models


class Migration(migrations.Migration):
    # Words only: no column changes.

    dependencies = [
        ('audit', '0004_plain_names'),
    ]

    operations = [
        migrations.AlterField(
            model_name='event',
            name='action',
            field=models.CharField(choices=[('listed', 'Viewed the list of images'), ('viewed', 'Viewed'), ('downloaded', 'Downloaded'), ('zipped', 'Downloaded as a ZIP'), ('created', 'Created'), ('uploaded', 'Added'), ('changed', 'Changed'), ('deleted', 'Deleted'), ('restored', 'Restored'), ('erased', 'Deleted for good'), ('copied', 'Copied to their gallery'), ('attached', 'Attached to a consultation'), ('shared', 'Shared by link'), ('opened', 'Opened through a link'), ('wrong_password', 'Wrong password for a link'), ('revoked', 'Revoked the link'), ('login', 'Logged in'), ('login_failed', 'Login failed'), ('logout', 'Logged out'), ('token', 'Obtained an API token'), ('refreshed', 'Renewed an API token'), ('password', 'Changed the password'), ('factor_on', 'Turned on two-factor authentication'), ('factor_off', 'Turned off two-factor authentication'), ('codes_renewed', 'Created new recovery codes'), ('code_used', 'Used a recovery code'), ('code_failed', 'Wrong two-factor authentication code')], max_length=20, verbose_name='what'),
        ),
        migrations.AlterField(
            model_name='event',
            name='address',
            field=models.CharField(blank=True, max_length=45, verbose_name='IP address'),
        ),
        migrations.AlterField(
            model_name='pendingevent',
            name='action',
            field=models.CharField(choices=[('listed', 'Viewed the list of images'), ('viewed', 'Viewed'), ('downloaded', 'Downloaded'), ('zipped', 'Downloaded as a ZIP'), ('created', 'Created'), ('uploaded', 'Added'), ('changed', 'Changed'), ('deleted', 'Deleted'), ('restored', 'Restored'), ('erased', 'Deleted for good'), ('copied', 'Copied to their gallery'), ('attached', 'Attached to a consultation'), ('shared', 'Shared by link'), ('opened', 'Opened through a link'), ('wrong_password', 'Wrong password for a link'), ('revoked', 'Revoked the link'), ('login', 'Logged in'), ('login_failed', 'Login failed'), ('logout', 'Logged out'), ('token', 'Obtained an API token'), ('refreshed', 'Renewed an API token'), ('password', 'Changed the password'), ('factor_on', 'Turned on two-factor authentication'), ('factor_off', 'Turned off two-factor authentication'), ('codes_renewed', 'Created new recovery codes'), ('code_used', 'Used a recovery code'), ('code_failed', 'Wrong two-factor authentication code')], max_length=20, verbose_name='what'),
        ),
        migrations.AlterField(
            model_name='pendingevent',
            name='address',
            field=models.CharField(blank=True, max_length=45, verbose_name='IP address'),
        ),
    ]
