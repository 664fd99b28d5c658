from __future__ import annotations

from handypose_tf.files.tables import format_table, markdown_table, write_csv


def test_table_aligns_numbers_right_and_words_left():
    rows = [["wrist", "1.5"], ["a", "-10.25"], ["b", "-"]]
    assert format_table(["name", "value"], rows) == (
        "name    value\n-----  ------\nwrist     1.5\na      -10.25\nb           -"
    )


def test_markdown():
    table = markdown_table(["", "pck"], [["thumb", "71.4 %"]])
    assert table == "|  | pck |\n| --- | --- |\n| thumb | 71.4 % |"


def test_csv_has_the_columns_of_all_rows(tmp_path):
    rows = [{"epoch": 1, "loss": 0.5}, {"epoch": 2, "note": "a, b"}]
    path = write_csv(tmp_path / "new" / "log.csv", rows)
    assert path.read_text() == 'epoch,loss,note\n1,0.5,\n2,,"a, b"\n'
