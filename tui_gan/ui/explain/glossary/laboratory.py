"""Words of this program: what a run consists of, and what the screen shows of it."""

from tui_gan.contract.sources import KAHNG

WORDS = (
    ("preset", "An experiment that is ready to run: data, networks, settings.", ""),
    ("knob", "A setting that a key changes while a run trains.", ""),
    ("pace", "The most steps per second that a run takes while it is watched, so that the eye can follow.", ""),
    ("run directory", "The folder of a run: settings, log, checkpoints, previews.", ""),
    ("checkpoint", "A file from which training continues exactly, as if it had never stopped.", ""),
    ("preview", "A picture of the generated samples at an earlier step.", ""),
    ("fixed latents", "Latents that stay the same through a run, so that its pictures can be compared.", ""),
    ("latent walk, interpolation", "The samples on the way from one latent to another.", ""),
    ("slow motion", "One step, shown as its sub-steps with their numbers.", ""),
    ("series", "A quantity over the steps, such as a loss or a metric.", ""),
    ("event", "Something that happened in a run, with its step.", ""),
    ("steps/s", "Training steps per second.", ""),
    ("data units", "The units of your data, before standardisation.", ""),
    ("RMS", "Root mean square, here of the differences between the pixels of two images.", ""),
    ("gaussian (data)", "One Gaussian on the line, N(4, 0.5).", ""),
    ("ring (data)", "Eight narrow Gaussians on a circle.", ""),
    ("grid (data)", "Twenty-five narrow Gaussians on a square grid.", ""),
    ("moons (data)", "Two interleaved half circles with noise.", ""),
    ("spiral (data)", "One arm of a spiral with noise.", ""),
    ("correlated (data)", "One Gaussian in the plane whose two coordinates have correlation 0.8.", ""),
    ("GANLab line (data)", "A straight line with noise.", KAHNG),
    ("GANLab gaussians (data)", "Two overlapping Gaussians, one round and one narrow.", KAHNG),
    ("GANLab ring (data)", "An ellipse with noise.", KAHNG),
    ("GANLab disjoint (data)", "Three narrow Gaussians, far apart.", KAHNG),
)
