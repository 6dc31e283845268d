#!/usr/bin/env bash
# Installs the grader and what it needs. Gradescope runs this once, as root, when the autograder is
# built; the GitHub workflow runs it before each grading.
set -euo pipefail

AUTOGRADER="${AUTOGRADER:-/autograder}" # source/ in it holds grader.zip
# What to install PyTorch from: the CPU build is enough, the default one is several GB.
PIP_INSTALL_TORCH="${PIP_INSTALL_TORCH:-torch --index-url https://download.pytorch.org/whl/cpu}"

if [ "$(id -u)" -eq 0 ]; then # elsewhere they are there already
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install -y python3 python3-venv libseccomp2
fi

rm -rf "$AUTOGRADER/grader" "$AUTOGRADER/venv"
python3 -m zipfile -e "$AUTOGRADER/source/grader.zip" "$AUTOGRADER/grader"
python3 -m venv "$AUTOGRADER/venv"
read -ra torch <<<"$PIP_INSTALL_TORCH"
cd "$AUTOGRADER/grader"
"$AUTOGRADER/venv/bin/python" -m pip install --no-cache-dir -c constraints.txt "${torch[@]}"
# learners have no need of the last two, and the grader locks submissions up with them
"$AUTOGRADER/venv/bin/python" -m pip install --no-cache-dir -c constraints.txt -e . \
    pyseccomp landlockpy
