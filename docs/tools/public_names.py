"""Sphinx extension: a class of the client is on its page by its public name, whatever module it is defined in."""

from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

import textkin


def setup(app: Sphinx) -> dict[str, Any]:
    """Registers it."""
    app.connect("missing-reference", _on_missing_reference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _on_missing_reference(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, shown: nodes.Element
) -> nodes.reference | None:
    """Leads from where a class is defined, such as textkin.types.Span in a signature, to its public name."""
    package, _, name = node.get("reftarget", "").rpartition(".")
    if node.get("refdomain") != "py" or not package.startswith("textkin.") or name not in textkin.__all__:
        return None
    domain = env.domains.python_domain
    return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", f"textkin.{name}", node, shown)
