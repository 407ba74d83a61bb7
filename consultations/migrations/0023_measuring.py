import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0022_mirrored'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Device',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('field_mm', models.FloatField(help_text='From edge to edge of what the picture shows, as its maker states it.', validators=[django.core.validators.MinValueValidator(0.1), django.core.validators.MaxValueValidator(2000.0)], verbose_name='field of view (mm)')),
                ('tolerance', models.FloatField(default=2, help_text='How far the field may differ from this. It goes into every margin of error.', validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(50)], verbose_name='tolerance (%)')),
                ('active', models.BooleanField(default=True, verbose_name='in use')),
            ],
            options={
                'verbose_name': 'dermatoscope',
                'verbose_name_plural': 'dermatoscopes',
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('field_mm__gte', 0.1), ('field_mm__lte', 2000.0)), name='device_field_plausible'), models.CheckConstraint(condition=models.Q(('tolerance__gte', 0), ('tolerance__lte', 50)), name='device_tolerance_plausible')],
            },
        ),
        migrations.CreateModel(
            name='Scale',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('method', models.CharField(choices=[('ruler', 'drawn along a ruler'), ('field', 'field of view of a dermatoscope'), ('bar', 'scale bar of a dermatoscope'), ('ticks', 'marks of a ruler, found and accepted')], max_length=10, verbose_name='how')),
                ('x1', models.FloatField()),
                ('y1', models.FloatField()),
                ('x2', models.FloatField()),
                ('y2', models.FloatField()),
                ('millimetres', models.FloatField(verbose_name='millimetres')),
                ('mm_per_px', models.FloatField(verbose_name='mm per px')),
                ('uncertainty', models.FloatField(verbose_name='relative uncertainty')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='until')),
                ('device', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consultations.device', verbose_name='dermatoscope')),
                ('image', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scales', to='consultations.consultationimage', verbose_name='image')),
                ('set_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='set by')),
            ],
            options={
                'verbose_name': 'scale',
                'verbose_name_plural': 'scales',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Measurement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('length', 'Length'), ('polyline', 'Length along a line'), ('polygon', 'Area of an outline'), ('ellipse', 'Area of an ellipse')], max_length=10, verbose_name='kind')),
                ('points', models.JSONField(verbose_name='points')),
                ('pointing', models.FloatField(verbose_name='pointing error (px)')),
                ('value', models.FloatField(verbose_name='pixels')),
                ('millimetres', models.FloatField(null=True, verbose_name='millimetres')),
                ('margin', models.FloatField(null=True, verbose_name='margin of error')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ('deleted_at', models.DateTimeField(null=True, verbose_name='deleted')),
                ('author', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='measured by')),
                ('image', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='measurements', to='consultations.consultationimage', verbose_name='image')),
                ('scale', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='consultations.scale', verbose_name='scale')),
            ],
            options={
                'verbose_name': 'measurement',
                'verbose_name_plural': 'measurements',
                'ordering': ['pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='scale',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('image',), name='scale_one_current'),
        ),
        migrations.AddConstraint(
            model_name='scale',
            constraint=models.CheckConstraint(condition=models.Q(('x1__gte', 0), ('x1__lte', 100000), ('x2__gte', 0), ('x2__lte', 100000), ('y1__gte', 0), ('y1__lte', 100000), ('y2__gte', 0), ('y2__lte', 100000)), name='scale_points_within_bounds'),
        ),
        migrations.AddConstraint(
            model_name='scale',
            constraint=models.CheckConstraint(condition=models.Q(('millimetres__gte', 0.1), ('millimetres__lte', 2000.0), ('mm_per_px__gt', 0), ('mm_per_px__lte', 2000.0), ('uncertainty__gte', 0), ('uncertainty__lte', 1)), name='scale_plausible'),
        ),
        migrations.AddConstraint(
            model_name='scale',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('device__isnull', False), ('method', 'field')), models.Q(models.Q(('method', 'field'), _negated=True), ('device', None)), _connector='OR'), name='scale_device_with_field'),
        ),
        migrations.AddConstraint(
            model_name='measurement',
            constraint=models.CheckConstraint(condition=models.Q(('pointing__gt', 0), ('value__gt', 0), ('value__lte', 10000000000), ('pointing__lte', 100000)), name='measurement_pixels_plausible'),
        ),
        migrations.AddConstraint(
            model_name='measurement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('margin', None), ('millimetres', None), ('scale', None)), models.Q(('margin__gte', 0), ('millimetres__gt', 0), ('scale__isnull', False), ('margin__lte', 90000000.0), ('millimetres__lte', 9000000.0)), _connector='OR'), name='measurement_millimetres_with_scale'),
        ),
    ]
