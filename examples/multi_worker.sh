#!/bin/sh
# Train over several machines: the same command on each, with its own --worker.
#
#   sh examples/multi_worker.sh CONFIG.yaml HOST:PORT,HOST:PORT,... I
#   sh examples/multi_worker.sh --smoke      two workers on this machine, drawn hands
#
# A worker that dies ends the others; start all again with the same command, which
# resumes. All see the run's folder, of which worker 0 writes.
set -eu

if [ "${1:-}" != "--smoke" ]; then
    if [ $# -ne 3 ]; then
        echo "usage: $0 CONFIG.yaml HOST:PORT,HOST:PORT,... I | --smoke" >&2
        exit 2
    fi
    exec handypose train "$1" --workers "$2" --worker "$3" --resume
fi

here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
PYTHONPATH="$here${PYTHONPATH:+:$PYTHONPATH}" "$python" - "$scratch" <<'END'
import socket
import sys
from pathlib import Path

from drawn_hands import SMOKE, write_coco

scratch = Path(sys.argv[1])
source = write_coco(scratch / "hands")
(scratch / "words").write_text(
    "".join(
        f"--set\n{word}\n"
        for word in (
            *SMOKE,
            f"data.train=[{{source: 'coco:{source}'}}]",
            f"data.validation=[{{source: 'coco:{source}'}}]",
        )
    )
)
sockets = [socket.create_server(("localhost", 0)) for _ in range(2)]
ports = [server.getsockname()[1] for server in sockets]
(scratch / "workers").write_text(",".join(f"localhost:{port}" for port in ports))
END
set -- "$here/configs/own_photos.yaml" --out "$scratch/run"
while IFS= read -r word; do
    set -- "$@" "$word"
done < "$scratch/words"
workers=$(cat "$scratch/workers")
"$python" -m handypose_tf.cli train "$@" --workers "$workers" --worker 1 > "$scratch/log" &
other=$!
"$python" -m handypose_tf.cli train "$@" --workers "$workers" --worker 0
wait "$other"
