"""The glossary has every term that the screen, the tables and the sources use, and the texts use the field's words."""

import re
from collections import Counter
from collections.abc import Iterable

import pytest

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import KNOBS
from tui_gan.contract.network import ACTIVATION_NAMES
from tui_gan.contract.settings import help_of, leaves, names_of
from tui_gan.gan.augment import AUGMENTATIONS
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.latents import LATENTS
from tui_gan.gan.metrics import METRICS
from tui_gan.gan.metrics.completion import FEW_TIMES, TIMES
from tui_gan.gan.networks import DISCRIMINATORS, GENERATORS
from tui_gan.gan.objectives import OBJECTIVES
from tui_gan.gan.optimizers import OPTIMIZERS, SCHEDULES
from tui_gan.gan.orders import COORDINATION, ORDERS
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.ui.draw.gauges import GAUGES
from tui_gan.ui.explain.glossary import GLOSSARY, entry, spelled
from tui_gan.ui.keys import KEYS, PAINTER_KEYS
from tui_gan.ui.views import VIEWS

# What is chosen by name, and what tells such a name from the same one elsewhere.
TABLES: dict[str, Iterable[str]] = {
    "series": GAUGES,
    "metric": METRICS,
    "objective": OBJECTIVES,
    "regularizer": REGULARIZERS,
    "latent": LATENTS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "update order": ORDERS,
    "k": COORDINATION,
    "augmentation": AUGMENTATIONS,
    "network": [*GENERATORS, *DISCRIMINATORS],
    "activation": ACTIVATION_NAMES,
    "norm": [name for name in names_of("discriminator.norm") if name != "none"],
    "initialisation": names_of("generator.init"),
    "output": names_of("generator.output"),
    "data": DATASETS,
}
SOURCES = (
    "backpropagation, dropout, maxout, ReLU, softplus, MLP, stratified sampling, early stopping, adaptive L2, discriminative model, "
    "generative model, D*, reverse KL, sliced W1, sd ratio, nats, R1, instance noise, Nash equilibrium, mode collapse, Parzen, minimax, "
    "feature matching, label smoothing, historical averaging, virtual batch normalisation, minibatch discrimination, logit, critic"
)
# Paraphrases of what has a name.
BANNED = re.compile(
    r"\b(company|gate|gated|slopes?|verdicts?|companions?|squeezed|steepness|moves? (D|G|the \w+) once)\b"
    r"|(?<!learning[ -])(?<!decay )\brates?\b"
)


@pytest.mark.parametrize("use", TABLES)
def test_every_name_that_can_be_chosen_or_is_drawn_has_an_entry(use: str) -> None:
    assert [name for name in TABLES[use] if not entry(GAUGES[name].name if use == "series" else name, use)] == []


def test_every_term_of_the_sources_has_an_entry() -> None:
    for term in [*SOURCES.split(", "), *(label for knob in KNOBS.values() if (label := knob.label) in ("G lr", "D lr"))]:
        assert entry(term), term


def test_a_name_is_told_from_the_same_one_elsewhere() -> None:
    said = {use: entry("grid", use) for use in ("latent", "data")}
    assert [each.term for each in said.values() if each] == ["grid (latent)", "grid (data)"]
    assert entry("R1_Difference") is entry("R1 difference")
    assert entry("no such word") is None


def test_no_term_is_explained_twice_and_every_text_is_a_short_sentence() -> None:
    entries = [each for section in GLOSSARY for each in section.paragraphs]
    assert [name for name, count in Counter(name for each in entries for name in spelled(each.term.split(","))).items() if count > 1] == []
    assert [each.term for each in entries if not each.text.endswith(".") or len(each.text) > 220] == []
    assert [each.source for each in entries if each.source and not re.search(r"\b(19|20)\d\d\b", each.source)] == []


def test_numbers_of_completions_are_those_that_are_made() -> None:
    said = {term: found.text for term in ("spread growth", "averaged to knn") if (found := entry(term))}
    assert f"over {TIMES} completions" in said["spread growth"]
    assert f"over {FEW_TIMES} with 3/4" in said["spread growth"]
    assert f"mean of {TIMES} completions" in said["averaged to knn"]


def test_the_words_are_those_of_the_field() -> None:
    texts = [each.text for section in GLOSSARY for each in section.paragraphs]
    texts += [key.help for key in (*KEYS, *PAINTER_KEYS)] + [view.help for view in VIEWS.values()] + [knob.help for knob in KNOBS.values()]
    texts += [help_of(key) for key in leaves(Config(preset="", regularizers={"r1": 1.0}))]
    assert [text for text in texts if BANNED.search(text)] == []


def test_every_help_fits_its_line() -> None:
    """Eighty columns less the frame of the help and its column of keys."""
    assert [key.help for key in (*KEYS, *PAINTER_KEYS) if len(key.help) > 68] == []
