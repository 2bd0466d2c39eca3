"""Every link of README and docs leads somewhere, and no place has two of one name."""

from collections import Counter

import pytest

from tests.docs.citations import ROOT
from tests.docs.pages import RULES, anchors, broken, explicit, links, pages, paths, slug


def test_each_link_leads_somewhere() -> None:
    lost = [
        f"{page.relative_to(ROOT)}: {target}: {why}"
        for page in pages()
        for target in links(page.read_text("utf-8"))
        if (why := broken(page, target))
    ]
    assert lost == []


def test_each_path_that_a_page_names_is_there() -> None:
    lost = [
        f"{page.relative_to(ROOT)}: {path}"
        for page in pages()
        for path in paths(page.read_text("utf-8"))
        if next(ROOT.glob(path.rstrip("/")), None) is None
    ]
    assert lost == []


def test_no_page_has_two_places_of_one_name() -> None:
    twice = {
        f"{page.relative_to(ROOT)}#{anchor}"
        for page in pages()
        for anchor, count in Counter(anchors(page.read_text("utf-8"))).items()
        if count > 1
    }
    assert twice == set()


def test_no_id_has_two_entries() -> None:
    found = Counter(
        anchor
        for page in RULES.glob("*.md")
        for anchor in explicit(page.read_text("utf-8"))
        if anchor[0].isupper()
    )
    assert {anchor for anchor, count in found.items() if count > 1} == set()


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("FP-28 Answering machines", "fp-28-answering-machines"),
        ("Keys, backups, and the way back", "keys-backups-and-the-way-back"),
        ("What `dialer.toml` holds", "what-dialertoml-holds"),
        ("The [page](page.md) of rules", "the-page-of-rules"),
    ],
)
def test_headings_make_the_anchors_that_github_makes(heading: str, expected: str) -> None:
    assert slug(heading) == expected


def test_a_link_that_leads_nowhere_is_named() -> None:
    page = RULES / "README.md"
    assert broken(page, "nowhere.md") == "there is no nowhere.md"
    assert broken(page, "edge-cases.md#T999") == "edge-cases.md has no place T999"
    assert broken(page, "../../../etc") is not None
    assert broken(page, "edge-cases.md#T065") is None


def test_links_in_code_are_none() -> None:
    assert list(links("see [a](b.md), `[c](d.md)`\n```\n[e](f.md)\n```\n")) == ["b.md"]
