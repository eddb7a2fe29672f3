"""Settings: every one says whether it is live, has a sentence of help, and is found in the differences of two configurations."""

from msgspec.structs import replace

from tui_gan.contract.config import Config, EarlyStop
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.settings import LIVE, SETTINGS, differences, help_of, leaves, names_of, nested, why_not
from tui_gan.contract.toml import resolve

CONFIG = Config(preset="toy1d", regularizers={"r1": 1.0})


def test_every_setting_is_live_or_says_why_not() -> None:
    assert {key.removesuffix(".r1") for key in leaves(CONFIG)} == SETTINGS.keys()
    assert why_not("regularizers.r2", 0.0, 1.0) == why_not("historical_averaging", 0.1, 0.2) == LIVE
    assert all(
        why and why[0].islower() and not why.endswith(".") for why in (why_not("latent_dim", 1, 2), why_not("historical_averaging", 0, 1))
    )


def test_every_setting_has_its_sentence_in_the_docstring() -> None:
    assert [key for key in leaves(CONFIG) if not help_of(key).endswith((".", ")"))] == []
    assert help_of("stop.evaluations") == "early stopping: number of evaluations in a row that have to reach the threshold."
    # Each is read alone, beside its key.
    alone = [help_of(key) for key in leaves(CONFIG)]
    assert [text for text in alone if text.startswith(("its ", "their ", "that of", "of ", "in ", "a name in"))] == []
    assert help_of("regularizers.r1") == help_of("regularizers.gradient_penalty") != ""


def test_words_that_a_type_lists_are_found() -> None:
    assert names_of("discriminator.norm") == ("none", "batch", "virtual_batch")
    assert names_of("channels") == ("0", "1", "3")
    assert names_of("objective") == names_of("regularizers.r1") == ()


def test_differences_are_by_key_and_a_regularizer_not_named_has_weight_0() -> None:
    other = replace(CONFIG, objective="hinge", regularizers={"r2": 2.0}, stop=EarlyStop(metric="w1"))
    assert differences(CONFIG, other) == {
        "objective": ("non_saturating", "hinge"),
        "regularizers.r1": (1.0, 0.0),
        "regularizers.r2": (0.0, 2.0),
        "stop.metric": ("", "w1"),
    }
    assert differences(CONFIG, CONFIG) == differences(CONFIG, replace(CONFIG, regularizers={"r1": 1.0, "r2": 0.0})) == {}


def test_a_nested_table_gives_one_setting_its_value() -> None:
    assert nested("objective", "hinge") == {"objective": "hinge"}
    config, _ = resolve(CONFIG, Knobs(), nested("regularizers.r2", 0.5), nested("stop.metric", "w1"))
    assert differences(CONFIG, config) == {"regularizers.r2": (0.0, 0.5), "stop.metric": ("", "w1")}
