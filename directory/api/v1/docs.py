"""The documentation page, made from the committed OpenAPI document: plain HTML, no script, no other host."""

import json
from functools import cache

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .. import addresses, parameters, words
from ..errors import PROBLEMS
from ..response_headers import ALWAYS
from ..views import ReadView
from . import schema

METHODS = ("get", "post")


class Docs(ReadView):
    """A page for people: a browser's Accept header is not argued with."""

    spoken = None
    content_type = "text/html; charset=utf-8"
    schema = None

    def version(self):
        return schema.version()

    def answer(self, request):
        parameters.check(request.GET, ())
        return page(addresses.absolute(""))


@cache
def described() -> dict:
    """What the page shows that is the same for all hosts."""
    document = json.loads(schema.committed())
    shapes = document["components"]["schemas"]
    return {
        "title": document["info"]["title"],
        "paragraphs": [rich(text) for text in document["info"]["description"].strip().split("\n\n")],
        "sections": [_section(tag, document) for tag in document["tags"]],
        "shapes": [_shape(name, one) for name, one in shapes.items() if {"properties", "oneOf"} & set(one)],
        "enums": [(name, one["enum"]) for name, one in shapes.items() if "enum" in one],
        "headers": [
            (name, rich(one["description"])) for name, one in document["components"]["headers"].items()
        ],
        "problems": [(kind, PROBLEMS[kind][1], rich(text)) for kind, text in words.PROBLEMS.items()],
    }


def page(host: str) -> bytes:
    """The page; its examples call `host`."""
    return render_to_string("api/docs.html", described() | {"host": host}).encode()


def rich(text: str) -> SafeString:
    """`words` between backticks as code, all else as it is."""
    pieces = text.split("`")
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", one) if at % 2 else one,) for at, one in enumerate(pieces))
    )


def _section(tag: dict, document: dict) -> dict:
    operations = [
        _operation(path, method, one, document)
        for path, item in document["paths"].items()
        for method, one in item.items()
        if method in METHODS and tag["name"] in one["tags"]
    ]
    return {"name": tag["name"], "description": tag["description"], "operations": operations}


def _operation(path: str, method: str, one: dict, document: dict) -> dict:
    listed = [_parameter(each) for each in one.get("parameters", [])]
    return {
        "id": one["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": one["summary"],
        "description": rich(one.get("description", "")),
        "needs_key": {} not in one["security"],
        "parameters": listed,
        "form": _form(one, document),
        "answers": [_answer(status, each) for status, each in one["responses"].items()],
        "example": _example(path, method, listed),
    }


def _parameter(one: dict) -> dict:
    kind = one.get("schema", {})
    item = kind.get("items", kind)
    example = next((each["value"] for each in one.get("examples", {}).values()), "")
    return {
        "name": one["name"],
        "in_path": one["in"] == "path",
        "required": one.get("required", False),
        "text": rich(one.get("description", "")),
        "repeatable": kind.get("type") == "array",
        "allowed": item.get("enum", []),
        "bounds": f"{item['minimum']} to {item['maximum']}" if "maximum" in item else "",
        "usual": kind.get("default", ""),
        "example": example[0] if isinstance(example, list) else example,
    }


def _form(one: dict, document: dict) -> list[dict]:
    content = one.get("requestBody", {}).get("content", {})
    for body in content.values():
        shape = document["components"]["schemas"][_name_of(body["schema"])]
        return _shape("", shape)["fields"]
    return []


def _answer(status: str, one: dict) -> dict:
    shapes = [body["schema"] for body in one.get("content", {}).values()]
    own = [name for name in one.get("headers", {}) if name not in ALWAYS]
    return {"status": status, "shape": _name_of(shapes[0]) if shapes else "", "headers": own}


def _example(path: str, method: str, listed: list[dict]) -> str:
    """The query of the call shown: the first two filters that have an example."""
    for one in listed:
        if one["in_path"]:
            path = path.replace(f"{{{one['name']}}}", str(one["example"] or 1))
    chosen = [f"{one['name']}={one['example']}" for one in listed if one["example"] and not one["in_path"]][
        :2
    ]
    return f"{path}?{'&'.join(chosen)}" if chosen and method == "get" else path


def _shape(name: str, one: dict) -> dict:
    """A shape and its fields; of one that is this or that, these."""
    parts = one.get("properties") or {_name_of(each): each for each in one["oneOf"]}
    fields = [
        {
            "name": field,
            "type": _type(kind),
            "shape": _name_of(kind),
            "text": rich(kind.get("description", "")),
            "required": field in one.get("required", []),
        }
        for field, kind in parts.items()
    ]
    return {"name": name, "text": rich(one.get("description", "")), "fields": fields}


def _name_of(kind: dict) -> str:
    """The component that `kind` refers to, itself or in its items; empty where it is a plain type."""
    for one in (kind, *kind.get("allOf", ()), *kind.get("oneOf", ())):
        if "$ref" in one:
            return one["$ref"].rpartition("/")[2]
    inner = kind.get("items") or kind.get("additionalProperties")
    return _name_of(inner) if isinstance(inner, dict) else ""


def _type(kind: dict) -> str:
    if "items" in kind:
        return f"list of {_type(kind['items'])}"
    if name := _name_of(kind):
        nullable = any(one.get("type") == "null" for one in kind.get("oneOf", ()))
        return f"{name} or null" if nullable else name
    types = kind.get("type", "object")
    return " or ".join(types) if isinstance(types, list) else types
