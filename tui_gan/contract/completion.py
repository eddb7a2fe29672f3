"""Completion: what of a sample is hidden, and what the generator lowers beside the objective when it completes the rest."""

from typing import Annotated

import msgspec
from msgspec import Meta

Weight = Annotated[float, Meta(ge=0.0, le=1e9)]
Fraction = Annotated[float, Meta(ge=0.0, le=1.0)]


class Completion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any-subset conditionals: G is given some pixels of an image and completes the others (after GAIN, Yoon et al. 2018)."""

    masks: Annotated[
        str,
        Meta(
            description="completion: what of a training image is hidden from G, which completes it: any of random, box, half, all, "
            "separated by commas, all as likely; empty for no completion (after GAIN, Yoon et al. 2018, arXiv:1806.02920). latent_dim "
            "is then the number of values of an image, since z takes the place of what is hidden."
        ),
    ] = ""
    hint: Annotated[
        Fraction, Meta(description="completion: probability with which D is told of a pixel whether it was observed (the hint of GAIN).")
    ] = 0.9
    observed: Annotated[
        Weight,
        Meta(description="completion: weight of G's squared error on the observed pixels, which it is given and need not change (GAIN)."),
    ] = 0.0
    error: Annotated[
        Weight,
        Meta(description="completion: weight of the distance between G's completion and the training image in G's loss; 0 leaves it out."),
    ] = 0.0
    spread: Annotated[
        Fraction,
        Meta(
            description="completion: share of half the distance of two completions of one image that is subtracted from that error. 1 is "
            "the energy score, least where completions are spread as the data are (Gneiting and Raftery 2007); 0 is the error alone, which "
            "makes the completion nearly deterministic."
        ),
    ] = 1.0
