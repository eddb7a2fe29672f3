"""Sources: the papers that the ideas are from, and the one behind each knob and setting."""

GOODFELLOW = "Goodfellow et al. 2014, arXiv:1406.2661"
RADFORD = "Radford et al. 2015, arXiv:1511.06434"
THEIS = "Theis et al. 2016, arXiv:1511.01844"
SALIMANS = "Salimans et al. 2016, arXiv:1606.03498"
SONDERBY = "Sønderby et al. 2016, arXiv:1610.04490"
MAO = "Mao et al. 2017, arXiv:1611.04076"
ARJOVSKY_BOTTOU = "Arjovsky & Bottou 2017, arXiv:1701.04862"
ARJOVSKY = "Arjovsky et al. 2017, arXiv:1701.07875"
GULRAJANI = "Gulrajani et al. 2017, arXiv:1704.00028"
LIM_YE = "Lim & Ye 2017, arXiv:1705.02894"
SRIVASTAVA = "Srivastava et al. 2017, arXiv:1705.07761"
LIN = "Lin et al. 2018, arXiv:1712.04086"
MESCHEDER = "Mescheder et al. 2018, arXiv:1801.04406"
PETZKA = "Petzka et al. 2018, arXiv:1709.08894"
MIYATO = "Miyato et al. 2018, arXiv:1802.05957"
YAZICI = "Yazıcı et al. 2019, arXiv:1806.04498"
JOLICOEUR = "Jolicoeur-Martineau 2018, arXiv:1807.00734"
KYNKAANNIEMI = "Kynkäänniemi et al. 2019, arXiv:1904.06991"
KARRAS = "Karras et al. 2020, arXiv:1912.04958"
TANCIK = "Tancik et al. 2020, arXiv:2006.10739"
KINGMA = "Kingma & Ba 2014, arXiv:1412.6980"
AYLIEN = "AYLIEN, 'An introduction to Generative Adversarial Networks', 2016"

OBJECTIVES = {
    "non_saturating": GOODFELLOW,
    "minimax": GOODFELLOW,
    "halved": GOODFELLOW,
    "zero_sum": GOODFELLOW,
    "clamped": AYLIEN,
    "least_squares": MAO,
    "hinge": LIM_YE,
    "wasserstein": ARJOVSKY,
    "relativistic": JOLICOEUR,
}
SETTINGS = {
    "k_steps": GOODFELLOW,
    "minibatch_discrimination": SALIMANS,
    "minibatch": SALIMANS,
    "regularization": MESCHEDER,
    "packing": LIN,
    "feature_matching": SALIMANS,
    "label_smoothing": SALIMANS,
    "instance_noise": SONDERBY,
    "historical_averaging": SALIMANS,
    "regularizers.r1": MESCHEDER,
    "regularizers.r2": MESCHEDER,
    "regularizers.r1_difference": MESCHEDER,
    "regularizers.gradient_penalty": GULRAJANI,
    "regularizers.lipschitz_penalty": PETZKA,
    "lazy": KARRAS,
    "average_decay": YAZICI,
    "pretraining": AYLIEN,
    "discriminator.spectral": MIYATO,
    "generator.spectral": MIYATO,
    "discriminator.fourier": TANCIK,
    "optimizer": KINGMA,
    "latent_dim": GOODFELLOW,
}


def source(key: str, value: object = None) -> str:
    """The paper behind a knob or a setting, by its key or the first part of it; "" where there is none."""
    if key == "objective":
        return OBJECTIVES.get(str(value), GOODFELLOW)
    return SETTINGS.get(key) or SETTINGS.get(key.partition(".")[0], "")
