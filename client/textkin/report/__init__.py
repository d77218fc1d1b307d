"""Reports: a comparison or a search as one HTML page that people read in a browser.

A page stands alone: nothing is loaded, its one style and one script are its own and allowed by their hashes, and whatever the
texts say is shown as text. It is whole without the script, too.
"""

from textkin.report._comparison import comparison_report
from textkin.report._search import search_report
from textkin.report._text import ReportText, report_text

__all__ = ["ReportText", "comparison_report", "report_text", "search_report"]
