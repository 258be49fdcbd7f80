"""Kill a program while it writes bundles, again and again: `python killed_writing.py FOLDER KILLS SEED WAY`.

After each kill the folder must hold one whole generation: the last one that the writer had reported, or the next.
With the way `added` each generation is a folder of its own, and all of them must be there and whole.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from auditor import bundle, manifest

SIZE = 200_000
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


def files(generation):
    made = {name: str(generation).encode() + b" " * SIZE for name in ("report.json", "report.html")}
    return {**made, manifest.NAME: manifest.encode({"id": str(generation)}, made, {})}


def write_for_ever(put, folder, told, generation):
    while True:
        generation += 1
        put(folder, files(generation))
        os.write(told, generation.to_bytes(8, "big"))


def pace_of(put, folder):
    """The seconds that a bundle takes, with whatever else runs at the time."""
    began = time.monotonic()
    for generation in range(1, 6):
        put(folder, files(generation))
    return (time.monotonic() - began) / 5


def killed(put, folder, generation, chance, longest):
    """Let a child write, kill it, and give the last generation that it reported."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            signal.signal(signal.SIGINT, signal.SIG_DFL if generation % 2 else signal.default_int_handler)
            write_for_ever(put, folder, writing, generation)
        finally:
            os._exit(1)
    os.close(writing)
    time.sleep(chance.uniform(0, longest))
    os.kill(child, chance.choice(SIGNALS))
    # Ctrl-C while folders are exchanged comes too late: that writer goes on.
    ends = time.monotonic() + 0.2
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if time.monotonic() > ends:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            break
        time.sleep(0.002)
    with os.fdopen(reading, "rb") as stream:
        reported = stream.read()
    return int.from_bytes(reported[-8:], "big") if reported else generation


def whole(folder):
    """The generation of the bundle in a folder, all of whose files are there and unchanged; 0 without a folder."""
    if not folder.exists():
        return 0
    told = manifest.decode((folder / manifest.NAME).read_bytes())
    assert {entry.name for entry in folder.iterdir()} == {manifest.NAME, "report.json", "report.html"}
    for entry in told["artefacts"]:
        assert manifest.digest((folder / entry["name"]).read_bytes()) == entry["sha256"], entry
    return int(told["run"]["id"])


def all_whole(folder):
    """The number of folders that were added, each of which holds its own generation."""
    found = sorted(folder.parent.glob(f"{folder.name}*"), key=lambda each: (len(each.name), each.name))
    assert [whole(each) for each in found] == list(range(1, len(found) + 1))
    return len(found)


def main(folder, kills, seed, way):
    put, looked_at = {"replaced": (bundle.write, whole), "added": (bundle.add, all_whole)}[way]
    longest = 4 * pace_of(put, folder.parent / "pace" / "out")
    chance, generation, found = random.Random(seed), 0, Counter()  # noqa: S311 - not for secrets
    for _ in range(kills):
        reported = killed(put, folder, generation, chance, longest)
        now = looked_at(folder)
        found["the new one" if now == reported + 1 else "the reported one" if now == reported else "lost"] += 1
        assert now in (reported, reported + 1), (now, reported)
        generation = now
        for left in folder.parent.glob(f".{folder.name}.*"):
            found["left beside"] += 1
            shutil.rmtree(left)
    print(json.dumps({"kills": kills, "generations": generation, **found}))  # noqa: T201 - its result


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
