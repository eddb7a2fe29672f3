"""Shows that two versions of the program train by the same mathematics: for every preset the same state, bit for bit, after some steps.

python -m benchmarks.same TREE [--steps 200] [--only toy1d,ring2d]

TREE is a checkout of the other version. Each preset is trained as it is and with minibatch discrimination turned.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parents[1]
# Weights of more than so many numbers are trained for fewer steps, in the same proportion.
LIGHT = 300_000


def states(preset: str, steps: int) -> None:
    """Print, by the name of the state's tensors, their checksums after the steps, without and with minibatch discrimination."""
    import dataclasses

    import torch

    from tests.stand_in import stand_in
    from tui_gan.gan.networks import parameters
    from tui_gan.gan.trainer import Trainer
    from tui_gan.presets import PRESETS

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    config, knobs = PRESETS[preset].config, PRESETS[preset].knobs
    found = {}
    for turned in (False, True):
        trainer = Trainer(config, stand_in(config), "cpu")
        knobs = dataclasses.replace(knobs, minibatch_discrimination=knobs.minibatch_discrimination != turned)
        many = sum(list(parameters(config, trainer.dataset.shape).values())[:2])
        done = max(2, min(steps, steps * LIGHT // many))
        for _ in range(min(3, config.pretraining)):
            trainer.pretrain_step(knobs)
        for _ in range(done):
            trainer.step(knobs)
        found[f"{'with' if knobs.minibatch_discrimination else 'without'}, {done} steps"] = {
            name: hashlib.sha256(value.contiguous().numpy().tobytes()).hexdigest() for name, value in trainer.state().items()
        }
    print(json.dumps(found))


def of_tree(tree: Path, preset: str, steps: int) -> dict[str, dict[str, str]]:
    """The checksums of a version."""
    command = [sys.executable, __file__, str(tree), "--steps", str(steps), "--only", preset, "--print"]
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, dict[str, str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--only", default="")
    parser.add_argument("--print", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.print:
        states(options.only, options.steps)
        return
    from tui_gan.presets import PRESETS

    print("| preset | minibatch discrimination | tensors | other |\n|---|---|---|---|", flush=True)
    different = 0
    for preset in options.only.split(",") if options.only else PRESETS:
        one, other = (of_tree(tree, preset, options.steps) for tree in (options.tree.resolve(), HERE))
        for how, state in one.items():
            names = [name for name in state.keys() | other[how].keys() if state.get(name) != other[how].get(name)]
            different += bool(names)
            print(f"| {preset} | {how} | {len(state)} | {', '.join(sorted(names)) or 'none'} |", flush=True)
    raise SystemExit(1 if different else 0)


if __name__ == "__main__":
    main()
