from django.db import migrations, models

import directory.imports.kinds


class Migration(migrations.Migration):
    dependencies = [("imports", "0006_kinds_are_registered")]

    operations = [
        migrations.AlterField(
            model_name="columnmapping",
            name="kind",
            field=models.CharField(
                choices=directory.imports.kinds.choices, max_length=20, verbose_name="kind"
            ),
        ),
        migrations.AlterField(
            model_name="importrun",
            name="kind",
            field=models.CharField(
                blank=True, choices=directory.imports.kinds.choices, max_length=20, verbose_name="kind"
            ),
        ),
    ]
