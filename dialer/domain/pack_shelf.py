"""The shelf of rule packs under its earlier module name."""

from dialer.domain.rulepack import PackShelf

__all__ = ["PackShelf"]
