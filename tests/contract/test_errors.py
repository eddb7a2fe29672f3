"""Errors that a user can mend."""

import pytest

from tui_gan.contract.errors import FEW, TuiGanError, UnreadableError, UsageError, choose, nearest

TABLE = {"gaussian": 1, "uniform": 2}


def test_choose_finds_what_is_there() -> None:
    assert choose(TABLE, "uniform", "latent") == 2


def test_choose_offers_the_nearest_and_lists_all() -> None:
    with pytest.raises(UsageError) as caught:
        choose(TABLE, "gausian", "latent")
    assert str(caught.value) == "unknown latent 'gausian'; did you mean 'gaussian'? (known: gaussian, uniform)"


def test_nothing_near_is_not_offered() -> None:
    assert nearest("zzz", TABLE) == ""
    with pytest.raises(UsageError, match=r"^unknown latent 'zzz' \(known: gaussian, uniform\)$"):
        choose(TABLE, "zzz", "latent")


def test_a_long_table_is_listed_where_nothing_else_helps() -> None:
    long = {f"metric_{number}": number for number in range(FEW + 1)}

    def said(name: str, listed: str = "") -> str:
        with pytest.raises(UsageError) as caught:
            choose(long, name, "metric", listed)
        return str(caught.value)

    assert said("metrik_1") == "unknown metric 'metrik_1'; did you mean 'metric_1'?"
    assert said("metrik_1", "`x` lists them") == "unknown metric 'metrik_1'; did you mean 'metric_1'? (`x` lists them)"
    assert said("zzz", "`x` lists them") == "unknown metric 'zzz'; `x` lists them"
    assert said("zzz") == f"unknown metric 'zzz' (known: {', '.join(long)})"
    assert said("", "`x` lists them") == "no metric is named; `x` lists them"


def test_every_error_has_the_exit_status_of_the_specification() -> None:
    assert (TuiGanError.exit_code, UsageError.exit_code, UnreadableError.exit_code) == (1, 2, 3)
    assert issubclass(UsageError, TuiGanError)
    assert issubclass(UnreadableError, TuiGanError)
