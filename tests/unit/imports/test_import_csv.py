"""CSV as people save it: its cells, their lines, and files that are refused whole."""

import hashlib
import io

import pytest

from dialer.domain.base.errors import InvalidInput
from dialer.services.imports.csv import CsvReader, CsvRow

KNOWN = frozenset({"phone_number", "external_id", "language"})


def read(data: bytes | str) -> list[CsvRow]:
    reader = CsvReader(io.BytesIO(data.encode() if isinstance(data, str) else data), KNOWN)
    rows: list[CsvRow] = []
    while batch := reader.next_batch(2).rows:
        rows.extend(batch)
    return rows


def cells(data: bytes | str) -> list[tuple[int, list[str]]]:
    return [(row.line, list(row.cells.values())) for row in read(data)]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_comma_semicolon_and_tab_are_read_with_any_line_end(separator: str, end: str) -> None:
    lines = [
        separator.join(("phone_number", "external_id")),
        separator.join(("1", "a")),
        separator.join(("2", "b")),
    ]
    assert cells(end.join(lines)) == [(2, ["1", "a"]), (3, ["2", "b"])]


def test_a_byte_order_mark_header_case_and_spaces_do_not_matter() -> None:
    (row,) = read(b"\xef\xbb\xbf Phone Number ; EXTERNAL_ID\n1;a\n")
    assert row.cells == {"phone_number": "1", "external_id": "a"}


def test_a_row_is_found_at_the_line_where_it_starts_also_after_quoted_line_breaks() -> None:
    text = 'phone_number,external_id\n1,"a\nb\r\nc"\n2,d\n'
    assert cells(text) == [(2, ["1", "a\nb\r\nc"]), (5, ["2", "d"])]


def test_blank_lines_are_skipped_and_counted_as_lines() -> None:
    assert cells("\n\nphone_number\n\n1\n   \n\r\n2") == [(5, ["1"]), (8, ["2"])]


@pytest.mark.parametrize(("line", "held"), [("1", 1), ("1,a,b", 3), (",,,", 4)])
def test_a_row_with_too_few_or_too_many_cells_says_so(line: str, held: int) -> None:
    bad, good = read(f"phone_number,external_id\n{line}\n2,b\n")
    assert bad.fault == f"{held} cells where the header has 2"
    assert (good.fault, good.line) == ("", 3)


@pytest.mark.parametrize("broken", ['1,"abc', '1,"abc"d', '"1,abc'])
@pytest.mark.parametrize("rest", ["2,b\n3,c\n", '2,"b"\n3,c', ""])
def test_a_stray_quotation_mark_costs_its_own_line_and_no_other(broken: str, rest: str) -> None:
    first, *others = read(f"phone_number,external_id\n{broken}\n{rest}")
    assert first.line == 2
    assert "quotation mark" in first.fault
    assert first.cells["phone_number"] == "1"
    assert [(row.line, row.fault, row.cells["phone_number"]) for row in others] == [
        (3, "", "2"),
        (4, "", "3"),
    ][: len(others)]
    assert len(others) == rest.count(",")


def refusal(data: bytes | str) -> str:
    with pytest.raises(InvalidInput) as caught:
        read(data)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("data", ["", "\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(data: bytes | str) -> None:
    assert "no header" in refusal(data)


def test_a_file_without_the_phone_column_is_refused() -> None:
    assert "no column phone_number" in refusal("external_id\na\n")
    assert "no column phone_number" in refusal("+33199000001,a\n+33199000002,b\n")


def test_unknown_and_repeated_columns_are_refused_by_name() -> None:
    assert "'pre_ticked'" in refusal("phone_number,pre_ticked\n1,yes\n")
    assert "''" in refusal("phone_number,\n1,\n")
    assert "phone_number stands more than once" in refusal("phone_number,Phone_Number\n1,1\n")


def test_more_than_a_hundred_columns_are_refused() -> None:
    assert "101 columns" in refusal("phone_number" + "," * 100 + "\n")


def test_a_header_that_is_no_csv_is_refused() -> None:
    assert "header" in refusal('phone_number,"external_id\n')
    assert "header" in refusal("phone_number\r1\r2\r")


def test_what_is_not_utf8_is_refused_with_its_line_wherever_it_stands() -> None:
    assert "line 3: not UTF-8" in refusal("phone_number\n1\né\n".encode("latin-1"))
    assert "not UTF-8" in refusal("phone_number\n1\n".encode("utf-16"))


def test_a_nul_byte_is_refused_with_its_line() -> None:
    assert "line 2: a NUL byte" in refusal("phone_number\n1\x00\n")


def test_a_row_may_have_64_kib_and_no_byte_more() -> None:
    longest = "1" * (64 * 1024)
    assert cells(f"phone_number\n{longest}\r\n2\n") == [(2, [longest]), (3, ["2"])]
    assert "line 2: a row of more than 64 KiB" in refusal(f"phone_number\n{longest}1\n2\n")


def test_an_unclosed_quotation_mark_is_refused_at_64_kib_with_its_opening_line() -> None:
    assert "line 2: a row of more than 64 KiB" in refusal('phone_number\n"1\n' + "2\n" * 40_000)


def test_the_hash_is_that_of_the_bytes_of_the_file() -> None:
    data = b'\xef\xbb\xbfphone_number\r\n1\n"2\n3\n'
    reader = CsvReader(io.BytesIO(data), KNOWN)
    while reader.next_batch(2).rows:
        pass
    assert reader.sha256() == hashlib.sha256(data).hexdigest()
    assert reader.next_batch(1).bytes_done == len(data)
