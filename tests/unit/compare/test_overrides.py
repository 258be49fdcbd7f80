from auditor.compare.overrides import LeftOut, steps


def test_positions_of_single_blocks_are_left_out_of_a_path():
    assert steps("server_side_encryption[0].kms_key_arn") == ("server_side_encryption", "kms_key_arn")
    assert steps('tags["a.b"]') == ("tags", "a.b")


def test_a_path_covers_what_is_under_it():
    left_out = LeftOut(["replica", 'tags["a"]'])
    assert left_out
    assert left_out.covers('replica["eu-west-1"].kms_key_arn')
    assert left_out.covers('tags["a"]')
    assert not left_out.covers("tags")
    assert not left_out.covers("replicas")
    assert not LeftOut([]).covers("replica")
    assert LeftOut(["all"]).covers("anything")


def test_the_stored_value_takes_the_place_of_the_written_one():
    declared = {"a": {"b": {"c": 1, "d": 1}}, "e": 1, "f": 1, "g": {"h": 1}}
    stored = {"a": {"b": {"c": 2, "d": 2}}, "e": 2, "g": None}
    planned = LeftOut(["a[0].b[0].c", "e", "f", "g.h", "tags"]).planned(declared, stored)
    assert planned == {"a": {"b": {"c": 2, "d": 1}}, "e": 2, "f": 1, "g": {"h": 1}}
    assert LeftOut([]).planned(declared, stored) is declared
