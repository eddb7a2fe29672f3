"""Titles: what each series of a run is called and measured in, on the screen and in figures."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Title:
    """What a series is called.

    Attributes:
        name: short enough for a panel.
        unit: of its values; "" for numbers without one.
        full: what heads its axes in a figure, where name and unit do not say it all.
        wanted: the value of a perfect generator, if there is one.
        whole: whether its values are whole numbers.
    """

    name: str
    unit: str = ""
    full: str = ""
    wanted: float | None = None
    whole: bool = False

    @property
    def heading(self) -> str:
        """What heads its axes in a figure."""
        return self.full or (f"{self.name} ({self.unit})" if self.unit else self.name)


TITLES = {
    "generator_loss": Title("generator loss"),
    "discriminator_loss": Title("discriminator loss"),
    "w1": Title("W1 distance", "data units"),
    "ks": Title("KS distance"),
    "js": Title("JS divergence", "nats"),
    "mean": Title("mean", "data units"),
    "sd": Title("sd", "data units", "standard deviation (data units)"),
    "sd_ratio": Title("sd ratio", full="standard deviation, generated / real", wanted=1.0),
    "modes": Title("modes found", whole=True),
    "hq": Title("near a mode", "of samples", "share of samples near a mode", 1.0),
    "reverse_kl": Title("reverse KL", "nats", "reverse KL over modes (nats)"),
    "mmd": Title("MMD", full="squared MMD"),
    "sliced_w1": Title("sliced W1", "data units", "sliced W1 distance (data units)"),
    "parzen": Title("Parzen log p", "nats", "Parzen log-likelihood (nats)"),
    "parzen_se": Title("Parzen std. error", "nats", "standard error of the Parzen log-likelihood (nats)"),
    "precision": Title("precision", "of samples", "precision", 1.0),
    "recall": Title("recall", "of real", "recall", 1.0),
    "density": Title("density", wanted=1.0),
    "coverage": Title("coverage", "of real", "coverage", 1.0),
    "feature_precision": Title("feature precision", "of samples", "precision, features of the classifier", 1.0),
    "feature_recall": Title("feature recall", "of real", "recall, features of the classifier", 1.0),
    "feature_density": Title("feature density", full="density, features of the classifier", wanted=1.0),
    "feature_coverage": Title("feature coverage", "of real", "coverage, features of the classifier", 1.0),
    "classifier_frechet": Title("Frechet distance", full="Fréchet distance, features of the classifier"),
    "class_accuracy": Title("class accuracy", "of samples", "share of samples classified as the class asked for", 1.0),
    "class_frechet": Title("intra-class Frechet", full="Fréchet distance within a class, features of the classifier"),
    "tstr": Title("TSTR", full="accuracy on real images, trained on generated ones", wanted=1.0),
    "first_stage_accuracy": Title("stage 1 accuracy", "of samples", "share of the first stage's images classified as the class", 1.0),
    "first_stage_frechet": Title("stage 1 Frechet", full="Fréchet distance of the first stage, features of the classifier"),
    "code_accuracy": Title("code accuracy", "of samples", "share of samples of the class that is matched with their code", 1.0),
    "information_bound": Title("information bound", "nats", "lower bound of the information of the code (nats)"),
    "reconstruction": Title("reconstruction", full="mean distance of x and G(E(x))"),
    "reconstruction_ratio": Title("distance ratio", full="distance of x and G(E(x)) over that of two real samples"),
    "own_mode": Title("own mode", "of real", "share of real samples reconstructed at their own mode", 1.0),
    "encoder_1nn": Title("encoder 1-NN", "of test", "accuracy of the nearest code", 1.0),
    "encoder_features_1nn": Title("features 1-NN", "of test", "accuracy of the nearest last hidden units of E", 1.0),
    "test_errors": Title("test errors", "of test", "share of test images that D classifies wrongly"),
    "labels_alone": Title("labels alone", "of test", "the same of D's network trained on the labelled images alone"),
    "completion_error": Title("completion error", full="mean squared error of a completion over hidden pixels"),
    "completion_to_mean": Title("vs mean image", full="error of a completion over that of the mean image"),
    "completion_to_knn": Title("vs 5-NN", full="error of a completion over that of the 5 nearest neighbours' mean"),
    "averaged_to_knn": Title("mean vs 5-NN", full="error of the mean completion over that of the 5 nearest neighbours' mean"),
    "class_kept": Title("class kept", "of images", "share of completions in the class of the original", 1.0),
    "completion_spread": Title("spread", full="standard deviation of hidden pixels over completions"),
    "spread_growth": Title("growth", full="spread with 3/4 hidden over spread with 1/4 hidden"),
    "stacked_modes": Title("triples found", "of 1,000", "triples of digits found, of 1,000", whole=True),
    "stacked_kl": Title("KL of triples", "nats", "KL divergence of the triples from equal shares (nats)"),
    "nearest_train": Title("nearest train", "of test", "distance to training images, generated / test"),
    "kid": Title("KID"),
    "fid": Title("FID"),
    "l2_coefficient": Title("L2 coefficient", full="coefficient of the L2 penalty"),
    "augment_probability": Title("augmented", "of images", "probability with which an image is augmented"),
    "overfitting": Title("overfitting r_t", full="r_t, mean sign of D on training images"),
    "k": Title("k steps", "updates of D", "k, discriminator updates per step", whole=True),
    "pretraining_loss": Title("pre-training", full="loss of the pre-training"),
}


def title_of(name: str) -> Title:
    """What a series is called; one that the table does not know, by its own name."""
    return TITLES.get(name) or Title(name.replace("_", " "))
