from tui_gan.contract.news import advised, fresh
from tui_gan.contract.snapshot import Event


def test_what_is_new_is_told_once_also_when_it_is_said_twice() -> None:
    one, other = Event(1, "one"), Event(2, "other")
    assert fresh([one], [one]) == []
    assert fresh([one, other], [other, one, one]) == [one]


def test_actions_are_named_as_they_are_done_and_other_braces_stay() -> None:
    names = {"pause": "space", "batch_size_lower": "b"}
    assert advised("lower the batch ({batch_size_lower}), then {pause} goes on", names) == "lower the batch (b), then space goes on"
    assert advised("{pause} goes on ({'a': 1}, {unknown})", names) == "space goes on ({'a': 1}, {unknown})"
