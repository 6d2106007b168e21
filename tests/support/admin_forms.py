"""Filling in the admin's forms as a browser would: everything the page shows goes back with the POST."""

from django.urls import reverse


def admin_url(model_or_record, view="changelist"):
    """`changelist` and `add` of a model; `change`, `delete` and `history` of a record."""
    meta = model_or_record._meta
    args = [] if view in ("changelist", "add", "autocomplete") else [model_or_record.pk]
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{view}", args=args)


def shown(response) -> dict:
    """What a browser would send back if nobody touched the form of `response`."""
    data = _values(response.context["adminform"].form)
    for inline in response.context["inline_admin_formsets"]:
        data |= _values(inline.formset.management_form)
        for form in inline.formset.forms:
            data |= _values(form)
    return data


def row(data: dict, prefix: str, **fields) -> dict:
    """`data` with one more row in the inline `prefix`."""
    number = int(data[f"{prefix}-TOTAL_FORMS"])
    more = {f"{prefix}-{number}-{name}": value for name, value in fields.items()}
    return data | more | {f"{prefix}-TOTAL_FORMS": number + 1}


def save(client, url, /, rows=(), **fields):
    """Open the form at `url`, type `fields` (and `rows` of `(prefix, fields)`), press Save."""
    data = shown(client.get(url)) | fields
    for prefix, row_fields in rows:
        data = row(data, prefix, **row_fields)
    return client.post(url, data)


def act(client, model, action, *records, **more):
    """Tick `records` in the list of `model` and run `action`."""
    data = {"action": action, "_selected_action": [record.pk for record in records], **more}
    return client.post(admin_url(model), data)


def errors(response) -> str:
    """All errors of the page as one text; empty where the form was accepted."""
    if response.context is None or "adminform" not in response.context:
        return ""
    return " ".join(str(error) for error in response.context["errors"])


def _values(form) -> dict:
    return {bound.html_name: value for bound in form if (value := _value(bound)) is not None}


def _value(bound):
    value = bound.value()
    if value is None or value is False:
        return None
    if isinstance(value, (list, tuple)) or hasattr(value, "values_list"):
        return [getattr(one, "pk", one) for one in value]
    return bound.field.widget.format_value(value) if hasattr(bound.field.widget, "format_value") else value
