"""Sources: the papers that the ideas are from, and the one behind each knob and setting."""

PARZEN = "Parzen 1962, Annals of Mathematical Statistics 33"
KORPELEVICH = "Korpelevich 1976, Matecon 12"
MCKAY = "McKay, Beckman & Conover 1979, Technometrics 21"
RUMELHART = "Rumelhart, Hinton & Williams 1986, Nature 323"
LIN_JS = "Lin 1991, IEEE Transactions on Information Theory 37"
PRECHELT = "Prechelt 1998, Early stopping - but when?"
DUGAS = "Dugas et al. 2001, NIPS 13"
NG_JORDAN = "Ng & Jordan 2002, NIPS 14"
LECUN = "LeCun et al. 1998, Efficient BackProp"
SREBRO = "Srebro & Shraibman 2005, COLT"
GNEITING = "Gneiting & Raftery 2007, JASA 102"
NAIR_HINTON = "Nair & Hinton 2010, ICML"
GRETTON = "Gretton et al. 2012, JMLR 13"
HINTON = "Hinton et al. 2012, arXiv:1207.0580"
GOODFELLOW_MAXOUT = "Goodfellow et al. 2013, arXiv:1302.4389"
MAAS = "Maas, Hannun & Ng 2013, ICML"
GOODFELLOW = "Goodfellow et al. 2014, arXiv:1406.2661"
KINGMA = "Kingma & Ba 2014, arXiv:1412.6980"
CHEN = "Chen et al. 2016, arXiv:1606.03657"
DONAHUE = "Donahue et al. 2016, arXiv:1605.09782"
DUMOULIN = "Dumoulin et al. 2016, arXiv:1606.00704"
MIRZA = "Mirza & Osindero 2014, arXiv:1411.1784"
RADFORD = "Radford et al. 2015, arXiv:1511.06434"
BONNEEL = "Bonneel et al. 2015, Journal of Mathematical Imaging and Vision 51"
IOFFE = "Ioffe & Szegedy 2015, arXiv:1502.03167"
HE = "He et al. 2015, arXiv:1502.01852"
ZHANG_STACKGAN = "Zhang et al. 2016, arXiv:1612.03242"
THEIS = "Theis et al. 2016, arXiv:1511.01844"
SALIMANS = "Salimans et al. 2016, arXiv:1606.03498"
SONDERBY = "Sønderby et al. 2016, arXiv:1610.04490"
LOSHCHILOV = "Loshchilov & Hutter 2016, arXiv:1608.03983"
WHITE = "White 2016, arXiv:1609.04468"
MAO = "Mao et al. 2017, arXiv:1611.04076"
ARJOVSKY_BOTTOU = "Arjovsky & Bottou 2017, arXiv:1701.04862"
ARJOVSKY = "Arjovsky et al. 2017, arXiv:1701.07875"
GULRAJANI = "Gulrajani et al. 2017, arXiv:1704.00028"
LIM_YE = "Lim & Ye 2017, arXiv:1705.02894"
YOON = "Yoon et al. 2018, arXiv:1806.02920"
SRIVASTAVA = "Srivastava et al. 2017, arXiv:1705.07761"
ELFWING = "Elfwing et al. 2017, arXiv:1702.03118"
HEUSEL = "Heusel et al. 2017, arXiv:1706.08500"
DASKALAKIS = "Daskalakis et al. 2018, arXiv:1711.00141"
LIN = "Lin et al. 2018, arXiv:1712.04086"
MESCHEDER = "Mescheder et al. 2018, arXiv:1801.04406"
PETZKA = "Petzka et al. 2018, arXiv:1709.08894"
ESTEBAN = "Esteban, Hyland & Rätsch 2017, arXiv:1706.02633"
MIYATO_KOYAMA = "Miyato & Koyama 2018, arXiv:1802.05637"
MIYATO = "Miyato et al. 2018, arXiv:1802.05957"
JOLICOEUR = "Jolicoeur-Martineau 2018, arXiv:1807.00734"
KAHNG = "Kahng et al. 2018, doi 10.1109/TVCG.2018.2864500"
BINKOWSKI = "Bińkowski et al. 2018, arXiv:1801.01401"
YAZICI = "Yazıcı et al. 2019, arXiv:1806.04498"
GIDEL = "Gidel et al. 2019, arXiv:1802.10551"
ZHANG = "Zhang et al. 2019, arXiv:1907.08610"
KYNKAANNIEMI = "Kynkäänniemi et al. 2019, arXiv:1904.06991"
NAEEM = "Naeem et al. 2020, arXiv:2002.09797"
KARRAS = "Karras et al. 2020, arXiv:1912.04958"
KARRAS_ADA = "Karras et al. 2020, arXiv:2006.06676"
ZHAO = "Zhao et al. 2020, arXiv:2006.10738"
TANCIK = "Tancik et al. 2020, arXiv:2006.10739"
OJHA = "Ojha et al. 2020, arXiv:1910.01112"
HUANG = "Huang et al. 2024, arXiv:2501.05441"
DONAHUE_BIGBIGAN = "Donahue and Simonyan 2019, arXiv:1907.02544"
LI = "Li et al. 2017, arXiv:1709.01215"
CHAVDAROVA = "Chavdarova et al. 2021, arXiv:2006.14567"
AYLIEN = "AYLIEN, 'An introduction to Generative Adversarial Networks', 2016"

SETTINGS = {
    "k_steps": GOODFELLOW,
    "minibatch_discrimination": SALIMANS,
    "minibatch": SALIMANS,
    "regularization": MESCHEDER,
    "packing": LIN,
    "feature_matching": SALIMANS,
    "label_smoothing": SALIMANS,
    "instance_noise": SONDERBY,
    **dict.fromkeys(("augment", "augment_probability"), ZHAO),
    **dict.fromkeys(("augment_target", "augment_images"), KARRAS_ADA),
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
    "optimizer.kind.optimistic_adam": DASKALAKIS,
    "optimizer.kind.optimistic_sgd": DASKALAKIS,
    "optimizer.lookahead_steps": CHAVDAROVA,
    "optimizer.lookahead_share": CHAVDAROVA,
    "updates.extragradient": GIDEL,
    "latent_dim": GOODFELLOW,
    "classes": MIRZA,
    "information": CHEN,
    "information.augment": OJHA,
    **dict.fromkeys(("stages", "conditioning"), ZHANG_STACKGAN),
    "inference": DUMOULIN,
    "cycle_consistency": LI,
    "unary": DONAHUE_BIGBIGAN,
    "encoder": DUMOULIN,
    "completion": YOON,
    "completion.error": GNEITING,
    "completion.spread": GNEITING,
    "labels": SALIMANS,
    "adversarial": SALIMANS,
    "discriminator.condition": MIYATO_KOYAMA,
}


def source(key: str) -> str:
    """The paper behind a knob or a setting, by its key or the first part of it; "" where there is none."""
    return SETTINGS.get(key) or SETTINGS.get(key.partition(".")[0], "")
