"""Whose request it is: one rule, in one place."""

import ast
import re

import pytest

from config.env import BASE_DIR
from directory.core.client_address import address_of

RULE = "directory/core/client_address.py"
# What tells where a request came from; `X-Forwarded-Proto` does not.
READS = re.compile(r"REMOTE_(ADDR|HOST)|X.?FORWARDED.?FOR|X.?REAL.?IP|ipware", re.IGNORECASE)
PARTS = ("config", "directory", "centres", "trials")


@pytest.mark.parametrize(("remote", "forwarded", "proxies", "address"), [
    ("192.0.2.1", None, 0, "192.0.2.1"),
    ("192.0.2.1", "203.0.113.9", 0, "192.0.2.1"),
    ("10.0.0.1", None, 1, "10.0.0.1"),
    ("10.0.0.1", "", 1, "10.0.0.1"),
    ("10.0.0.1", " , ", 1, "10.0.0.1"),
    ("10.0.0.1", "203.0.113.9", 1, "203.0.113.9"),
    ("10.0.0.1", "1.1.1.1, 203.0.113.9", 1, "203.0.113.9"),
    ("10.0.0.1", "invented, 203.0.113.9", 1, "203.0.113.9"),
    ("10.0.0.1", "invented, 203.0.113.9, 10.0.0.2", 2, "203.0.113.9"),
    ("10.0.0.1", "203.0.113.9", 5, "203.0.113.9"),
    ("10.0.0.1", "203.0.113.9:40000", 1, "203.0.113.9"),
    ("10.0.0.1", "[2001:db8:1:2::7]:40000", 1, "2001:db8:1:2::"),
    ("2001:db8:1:2:3:4:5:6", None, 0, "2001:db8:1:2::"),
    ("2001:db8:1:2:ffff::1", None, 0, "2001:db8:1:2::"),
    ("fe80::1%eth0", None, 0, "fe80::"),
    ("::ffff:192.0.2.1", None, 0, "192.0.2.1"),
    ("10.0.0.1", "<script>", 1, "unknown"),
    ("10.0.0.1", "999.1.1.1", 1, "unknown"),
    ("", None, 0, "unknown"),
])  # fmt: skip
def test_a_client_is_known_by_an_address_that_cannot_be_invented(
    settings, remote, forwarded, proxies, address
):
    settings.TRUSTED_PROXIES = proxies
    meta = {"REMOTE_ADDR": remote} | ({} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded})
    assert address_of(meta) == address


def words_of(path):
    """The texts and names of a module, without its comments and docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value
        elif isinstance(node, ast.Name | ast.Attribute):
            yield getattr(node, "id", None) or node.attr
        elif isinstance(node, ast.alias):
            yield node.name


def test_nothing_else_reads_where_a_request_came_from():
    modules = [path for part in PARTS for path in (BASE_DIR / part).rglob("*.py")]
    reads = [path for path in modules if any(READS.search(word) for word in words_of(path))]
    assert [str(path.relative_to(BASE_DIR)) for path in reads] == [RULE]


def test_no_part_of_another_package_reads_it_for_us(settings):
    """django-axes and REST framework have rules of their own for it, and use them when left alone."""
    assert settings.AXES_CLIENT_IP_CALLABLE == "directory.core.client_address.client_address"
    assert "NUM_PROXIES" not in settings.REST_FRAMEWORK
    assert settings.REST_FRAMEWORK.get("DEFAULT_THROTTLE_CLASSES", []) == []
    assert not settings.DJANGO_STRUCTLOG_IP_LOGGING_ENABLED
