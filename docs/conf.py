"""How Sphinx makes the documentation site: `make docs`, into build/docs."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "tools"))

project = "Textkin"
version = release = version_of("textkin")
html_title = f"Textkin {release}"

extensions = ["myst_parser", "sphinx.ext.autodoc", "outside_links", "notebook_pages", "public_names"]
exclude_patterns = ["tools"]

# Sections of a page can be linked to, as on a forge.
myst_heading_anchors = 4
# What stands in the pages is what a reader types: two hyphens are no dash.
smartquotes = False

# A name between backticks in a docstring is code.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
# Names of Python's own and of gRPC's are not looked up: the build asks no other site.
nitpick_ignore_regex = [("py:.*", r"(?!textkin\.).*")]

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
# The pages load nothing from elsewhere.
html_theme_options = {"top_of_page_buttons": []}
html_show_copyright = False
