"""What is said of a run that completes images: its own sentences in place of those of whole images."""

from typing import Any

from tests.ui.conftest import make_other, make_predictions
from tests.ui.explain.test_explain import measured, of_options, section, told
from tui_gan.contract.rules import Rules

RULES = Rules(extras=("masks",))


def said(title: str, **changes: Any) -> str:
    return section(make_other("images", rules=RULES, **changes), title)


def test_the_game_is_told_by_its_weights() -> None:
    masks = {"completion__masks": "random,box"}
    both = of_options(told(**masks, completion__error=50.0, completion__spread=1.0, completion__hint=0.0), rules=RULES)["completion"]
    assert "a part of each image is hidden (random,box)" in both
    assert "50 (d - 0.5 e), where d is the mean distance of two completions from their image and e that of the two from each" in both
    assert "hint" not in both
    alone = of_options(told(**masks, completion__error=50.0, completion__spread=0.0, completion__hint=0.9), rules=RULES)["completion"]
    assert "which makes completions of an image nearly one" in alone
    assert "D is told of each pixel with probability 0.9 (the hint)" in alone
    gain = of_options(told(**masks, completion__observed=100.0, completion__error=0.0), rules=RULES)["completion"]
    assert "100 times the squared error of G's own values of observed pixels" in gain
    assert "Nothing but D keeps completions of an image apart" in gain
    assert "non-saturating objective" not in of_options(told(**masks), rules=RULES)


def test_the_players_and_their_losses_are_of_pixels() -> None:
    series = measured(generator_loss=0.3, discriminator_loss=0.6)
    text = said("The players", predictions=make_predictions(real_right=0.75, fake_right=0.5), series=series)
    assert "it is right about the observed ones of 75% of the completions, and about the hidden ones of 50%" in text
    assert "cross-entropy of its verdicts on all pixels with the mask, ln 2 = 0.693" in text
    assert "2 ln 2" not in text


def test_the_measures_are_those_of_completions() -> None:
    series = measured(
        completion_to_mean=0.5, completion_to_knn=1.2, averaged_to_knn=0.9, class_kept=0.92, completion_spread=0.05, spread_growth=3.0
    )
    text = said("What is generated", series=series)
    assert "is 0.5 times that of the mean image and 1.2 times that of the mean of the five nearest training images" in text
    assert "The mean of 32 completions has 0.9 times" in text
    assert "92.0% of the completions in the class of the original" in text
    assert "has twice the least possible squared error" in text
    assert "Mode collapse" not in text
    assert "completions: each is an image that is not trained on" in said("What you see")
