from auditor.formats.trend import HEIGHT, WIDTH, drawing


def test_a_line_from_left_to_right_above_zero():
    drawn = drawing([4, 2, 0])
    assert drawn["line"] == "M6.0 6.0L132.0 30.0L258.0 54.0"
    assert (drawn["width"], drawn["height"], drawn["last"]) == (WIDTH, HEIGHT, (258.0, 54.0))
    assert (drawn["first"], drawn["now"], drawn["low"], drawn["high"], drawn["runs"]) == (4, 0, 0, 4, 3)


def test_nothing_open_and_a_single_run_have_a_line_too():
    assert drawing([0])["line"] == "M6.0 54.0"
    assert drawing([0, 0])["line"] == "M6.0 54.0L258.0 54.0"
