"""Words of evaluation: the metrics, and what they are measured in."""

from tui_gan.contract import sources
from tui_gan.contract.sources import GOODFELLOW

WORDS = (
    ("metric", "A number that compares generated with real samples, independent of D.", ""),
    ("mean, sd", "Mean and standard deviation of the generated samples.", ""),
    ("sd ratio", "Standard deviation of the generated samples divided by that of the data: 1 is right, below 1 is too narrow.", ""),
    (
        "W1, W1 distance",
        "Wasserstein-1 or earth mover's distance: the average distance that probability mass must be moved to turn one distribution into "
        "the other.",
        sources.ARJOVSKY,
    ),
    ("sliced W1", "W1 of the projections onto a line, averaged over many directions.", sources.BONNEEL),
    ("KS, KS distance", "Kolmogorov-Smirnov statistic: the largest difference between two cumulative distribution functions.", ""),
    (
        "KL, KL divergence",
        "Kullback-Leibler divergence: sum of p ln(p / q), 0 where the distributions are equal. It is not symmetric.",
        "",
    ),
    (
        "JS, JS divergence",
        "Jensen-Shannon divergence: from 0, equal, to ln 2, disjoint. Minimax minimises it if D is optimal.",
        sources.LIN_JS,
    ),
    ("reverse KL", "KL divergence of the generated samples' shares of the modes from equal shares; 0 is balanced.", sources.SRIVASTAVA),
    ("nats", "Unit of divergences, log-likelihoods and logistic losses, which use the natural logarithm; 1 nat is 1.443 bits.", ""),
    ("modes, modes found", "Number of modes near which at least one generated sample lies.", sources.SRIVASTAVA),
    ("HQ, near a mode", "High quality: share of the generated samples within three standard deviations of a mode.", sources.SRIVASTAVA),
    (
        "MMD",
        "Squared maximum mean discrepancy: the distance of two distributions' means in the feature space of a kernel.",
        sources.GRETTON,
    ),
    (
        "Parzen, Parzen log p",
        "Log-likelihood of test data under a Gaussian kernel density estimate fitted to generated samples. It rewards blur.",
        GOODFELLOW,
    ),
    ("Parzen se, Parzen std. error", "Standard error of that mean log-likelihood over the test data.", GOODFELLOW),
    ("precision", "Fraction of the generated samples inside the estimated manifold of the data: realism.", sources.KYNKAANNIEMI),
    ("recall", "Fraction of the real samples inside the estimated manifold of the generated ones: diversity.", sources.KYNKAANNIEMI),
    (
        "density",
        "How many neighbourhoods of real samples a generated sample lies in, relative to what is expected: about 1 for real samples.",
        sources.NAEEM,
    ),
    ("coverage", "Fraction of the real samples that have a generated sample in their neighbourhood.", sources.NAEEM),
    (
        "Frechet distance, classifier Frechet",
        "Distance between Gaussians fitted to features of real and generated images; here of a small digit classifier, so that it is not "
        "comparable with FID.",
        sources.HEUSEL,
    ),
    (
        "class accuracy",
        "Share of the samples of a conditional generator that a classifier of real data takes for the class that was asked for.",
        sources.MIRZA,
    ),
    (
        "reconstruction, distance ratio, reconstruction ratio",
        "Mean distance of a real sample x and G(E(x)); divided by that of two real samples it is the distance ratio.",
        sources.DONAHUE,
    ),
    (
        "stage 1 accuracy, first stage accuracy",
        "Share of the first stage's images, enlarged, that a classifier of real data takes for the class asked for.",
        sources.ZHANG_STACKGAN,
    ),
    (
        "stage 1 Frechet, first stage frechet",
        "Fréchet distance of the first stage's images, enlarged: the second stage is sharper where its own is lower.",
        sources.ZHANG_STACKGAN,
    ),
    ("own mode", "Share of the real samples x whose G(E(x)) lies within three standard deviations of the mode of x.", sources.DUMOULIN),
    (
        "encoder 1-NN, encoder 1nn",
        "Accuracy on test images of a nearest-neighbour classifier of the codes E(x), whose examples are training images.",
        sources.DONAHUE,
    ),
    (
        "features 1-NN, encoder features 1nn",
        "The same of the last hidden units of E in place of codes.",
        sources.DONAHUE,
    ),
    ("test errors", "Share of the test images that D, which learned from few labels, takes for another class.", sources.SALIMANS),
    (
        "labels alone",
        "The test errors of D's network trained on the labelled images alone, by a fixed number of updates: what the game has to beat.",
        sources.SALIMANS,
    ),
    (
        "completion error, completion to mean, vs mean image, completion to knn, vs 5-NN",
        "Mean squared error of one completion over the hidden pixels of test images; divided by that of the mean training image, or of the "
        "mean of the five training images that are nearest on what is observed.",
        sources.YOON,
    ),
    (
        "averaged to knn, mean vs 5-NN",
        "The same ratio of the mean of 32 completions, which has the least error where they are spread as the data are.",
        sources.GNEITING,
    ),
    ("class kept", "Share of completions of test images that a classifier puts in the class of the original.", sources.YOON),
    (
        "completion spread, spread, spread growth, growth",
        "Standard deviation of a hidden pixel over 32 completions of an image; its growth is that over 8 with 3/4 of the pixels hidden, "
        "divided by that with 1/4.",
        sources.GNEITING,
    ),
    (
        "code accuracy",
        "Share of InfoGAN's samples whose class, as a classifier sees it, is the one that is matched with their code, one to one.",
        sources.CHEN,
    ),
    (
        "intra-class Frechet, class Frechet",
        "Mean over the classes of the Frechet distance between generated and real images of one class.",
        sources.MIYATO_KOYAMA,
    ),
    (
        "TSTR, train synthetic test real",
        "Train on synthetic, test on real: accuracy on real images of a nearest-neighbour classifier whose examples are generated.",
        sources.ESTEBAN,
    ),
    (
        "stacked modes, triples found",
        "Stacked MNIST: how many of the 1,000 triples of digits, one in each colour channel, the generated images show, as a classifier "
        "of digits names them. Few samples cannot show all.",
        sources.LIN,
    ),
    (
        "stacked KL, KL of triples",
        "Stacked MNIST: KL divergence of the generated images' shares of the 1,000 triples from equal shares; 0 is even.",
        sources.LIN,
    ),
    ("FID", "Frechet Inception distance: the Frechet distance in features of the Inception network.", sources.HEUSEL),
    ("KID", "Kernel Inception distance: MMD in features of the Inception network.", sources.BINKOWSKI),
    (
        "nearest train",
        "Mean distance of generated images to the nearest image that is trained on, divided by that of test images: near 0 is memorised.",
        "",
    ),
    (
        "feature precision, feature recall, feature density, feature coverage",
        "The same four in the features of the digit classifier instead of pixels, in which blurred images lie close to any other.",
        sources.KYNKAANNIEMI,
    ),
    ("floor, ceiling", "The value that a perfect generator reaches with as many samples: the best that can be expected.", ""),
    ("training, validation, test data", "Data to train on, to choose settings by, and to measure on.", ""),
)
