"""Articles as a store takes them."""

from textkin_service.store import Content, Draft, digest, pack


def draft(collection, article, sketch=b"sketch", ingested_at=None):
    """A draft whose content is made when the store asks for it; `article` carries the language detected."""

    def content():
        return Content(pack(article.text), sketch, article.detected_language)

    return Draft(collection, article, digest(article), content, ingested_at)
