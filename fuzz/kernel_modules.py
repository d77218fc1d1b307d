"""The modules of the service that have kernels in them, found by what they import."""

from pathlib import Path

_SERVICE = Path(__file__).parent.parent / "service"


def _names() -> list[str]:
    return [
        ".".join(path.relative_to(_SERVICE).with_suffix("").parts)
        for path in sorted(_SERVICE.rglob("*.py"))
        if "textkin_service.kernels import" in path.read_text(encoding="utf-8") or path.stem == "kernels"
    ]


KERNEL_MODULES = _names()
