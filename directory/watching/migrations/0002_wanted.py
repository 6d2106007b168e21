from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("watching", "0001_watches"),
    ]

    operations = [
        migrations.AddField(
            model_name="watch",
            name="wanted",
            field=models.JSONField(default=dict, editable=False),
        ),
    ]
