"""Words of the networks: layers, activations, normalisation, and how weights begin."""

from tui_gan.contract import sources

WORDS = (
    ("MLP, multilayer perceptron", "A network of fully connected layers, each followed by an activation function.", ""),
    (
        "DCGAN",
        "A GAN of convolutions with stride (D) and transposed convolutions (G), without fully connected hidden layers.",
        sources.RADFORD,
    ),
    (
        "aylien (network)",
        "The discriminator of AYLIEN's gan-intro: three hidden layers, of which minibatch discrimination replaces the third.",
        sources.AYLIEN,
    ),
    ("linear (layer), fully connected", "A layer whose outputs are weighted sums of all its inputs, plus a bias.", ""),
    ("convolution, conv", "A layer that applies the same small kernel at every place of an image.", ""),
    ("transposed convolution, conv up", "A convolution that enlarges an image, as DCGAN's generator does.", sources.RADFORD),
    ("hidden layer, unit", "A layer between input and output; its outputs are its units.", ""),
    ("weights, biases, parameters", "The numbers of a network that training changes.", ""),
    ("activation function", "The nonlinear function that follows a layer.", ""),
    ("ReLU", "Rectified linear unit: max(0, x).", sources.NAIR_HINTON),
    ("leaky ReLU", "x where x is positive, 0.2 x elsewhere, so that the gradient is never 0.", sources.MAAS),
    ("sigmoid", "1 / (1 + exp(-x)), which maps any number into 0 .. 1.", ""),
    ("tanh", "Hyperbolic tangent, which maps any number into -1 .. 1.", ""),
    ("softplus", "log(1 + exp(x)), a smooth ReLU.", sources.DUGAS),
    ("SiLU", "x times its sigmoid.", sources.ELFWING),
    ("maxout", "The largest of several linear functions (pieces) of the inputs.", sources.GOODFELLOW_MAXOUT),
    ("linear (output)", "An output layer without an activation function.", ""),
    ("softmax", "exp(x_i) / sum of exp(x_j): scores as probabilities of classes.", ""),
    (
        "dropout",
        "In each training pass a random fraction of the units is set to 0, which counters overfitting. In G it is noise, and "
        "samples are made with it.",
        sources.HINTON,
    ),
    (
        "batch normalisation, batch norm, batch (norm)",
        "Units are shifted and scaled to mean 0 and variance 1 over the minibatch.",
        sources.IOFFE,
    ),
    (
        "virtual batch normalisation, virtual batch norm, virtual batch (norm)",
        "Batch normalisation by the statistics of a reference batch, so that samples of a minibatch do not depend on each other.",
        sources.SALIMANS,
    ),
    ("reference batch", "A fixed set of samples to which a sample is compared or by which it is normalised.", sources.SALIMANS),
    (
        "conditional GAN",
        "A GAN both of whose players are given the class of each sample, so that the generator can be asked for one.",
        sources.MIRZA,
    ),
    (
        "conditioning augmentation",
        "In place of a class or sentence the generator is given a point of a Gaussian around its learned embedding, kept near N(0, 1).",
        sources.ZHANG_STACKGAN,
    ),
    (
        "stage, StackGAN",
        "A part of a generator that makes whole images: the first small ones, the second larger ones of these and the class again.",
        sources.ZHANG_STACKGAN,
    ),
    (
        "r3gan",
        "Residual networks of grouped convolutions without normalisation, which begin as the identity, with bilinear resampling.",
        sources.HUANG,
    ),
    (
        "inference network, encoder, E, BiGAN, ALI",
        "A network that infers the latent of a sample: D judges pairs of both, so that encoder and generator come to invert each other.",
        sources.DUMOULIN,
    ),
    (
        "cycle consistency, ALICE",
        "A term that keeps G(E(x)) near x: the mean squared distance of both, which pairs alone leave open.",
        sources.LI,
    ),
    (
        "unary term, BigBiGAN",
        "A second network of D judges samples without their latents, so that generated samples must look real on their own.",
        sources.DONAHUE_BIGBIGAN,
    ),
    (
        "few labels, labelled images",
        "D also classifies, by the labels of a few training images: its logit is the logsumexp of the logits of the classes, and images "
        "without labels help it as real ones.",
        sources.SALIMANS,
    ),
    (
        "completion, any-subset conditionals, inpainting, mask, GAIN",
        "G is given any part of an image and completes the rest, in several ways; D says of each pixel whether it was observed.",
        sources.YOON,
    ),
    ("hint", "Completion: what D is told of the mask, so that it has to find out the rest alone.", sources.YOON),
    (
        "InfoGAN",
        "A GAN that learns without labels what parts of its input, the codes, come to mean: D also has to read them off the samples.",
        sources.CHEN,
    ),
    (
        "information bound",
        "Lower bound, in nats, of the mutual information of a sample and its categorical code: at most ln K of K values.",
        sources.CHEN,
    ),
    (
        "projection discriminator",
        "A conditional D whose logit gains the inner product of its hidden units and a learned vector of the class.",
        sources.MIYATO_KOYAMA,
    ),
    (
        "mirza",
        "The networks of the first conditional GAN: the class has hidden units of its own before it meets the latent or the sample.",
        sources.MIRZA,
    ),
    ("spectral normalisation", "Each weight matrix is divided by its largest singular value.", sources.MIYATO),
    ("Lipschitz constant", "The largest factor by which a function stretches the distance between two inputs.", sources.ARJOVSKY),
    (
        "minibatch discrimination, minibatch features",
        "D compares the samples of a minibatch: features of their distances reveal a generator that makes them too much alike.",
        sources.SALIMANS,
    ),
    ("packing, PacGAN", "D judges several samples jointly, so that it can detect a lack of variety.", sources.LIN),
    (
        "Fourier features",
        "Sines and cosines of random projections that extend a network's input, so that it can model fine detail.",
        sources.TANCIK,
    ),
    ("initialisation", "The distribution from which the weights are drawn before training.", ""),
    ("torch (initialisation)", "PyTorch's default: uniform, within 1 / sqrt(inputs) of a layer.", ""),
    ("normal (initialisation)", "Gaussian with mean 0.", ""),
    ("truncated normal (initialisation)", "Gaussian with mean 0, cut off at two standard deviations.", ""),
    ("uniform (initialisation)", "Every value between two limits with the same density.", ""),
    ("He (initialisation)", "Gaussian with standard deviation sqrt(2 / inputs), made for ReLU.", sources.HE),
    (
        "LeCun (initialisation)",
        "Gaussian with standard deviation 1 / sqrt(inputs), which keeps the variance through linear layers.",
        sources.LECUN,
    ),
)
