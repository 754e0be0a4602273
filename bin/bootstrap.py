"""Makes .venv and installs the locked libraries into it, when something changed; needs nothing but Python.

Usage: python3 bin/bootstrap.py [requirements.txt ...]

Written so that an old Python can still read it and say that it is too old.
"""

import hashlib
import os
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "installed")
OLDEST = (3, 11)


def stop(sentence):
    """Ends with a sentence that says what to do."""
    sys.stderr.write("\n%s\n" % sentence)
    sys.exit(1)


def say(sentence):
    """Tells what is going on."""
    sys.stdout.write("%s\n" % sentence)
    sys.stdout.flush()


def works(path):
    """Says whether a Python starts and is new enough: version managers leave names behind that do neither."""
    with open(os.devnull, "w") as nowhere:
        program = "import sys, venv; sys.exit(sys.version_info[:2] < %r)" % (OLDEST,)
        return subprocess.call([path, "-c", program], stdout=nowhere, stderr=nowhere) == 0


def new_enough():
    """Runs this file again with a newer Python where the one at hand is too old."""
    if sys.version_info[:2] >= OLDEST:
        return
    if not os.environ.get("LMS_BOOTSTRAP_AGAIN"):
        for name in ("python3.14", "python3.13", "python3.12", "python3.11"):
            for folder in os.environ.get("PATH", "").split(os.pathsep):
                path = os.path.join(folder, name)
                if os.access(path, os.X_OK) and works(path):
                    os.environ["LMS_BOOTSTRAP_AGAIN"] = "1"
                    os.execv(path, [path, os.path.abspath(__file__)] + sys.argv[1:])  # noqa: S606
    stop(
        "This is Python %d.%d; Every Sector needs Python 3.11 or newer.\n"
        "Install one (for example your system's package python3.12), or name it: make run PYTHON=/path/to/python3.12"
        % sys.version_info[:2]
    )


def wanted(locks):
    """Returns what the environment must be made of: this Python and these locks."""
    digest = hashlib.sha256(("%d.%d\n" % sys.version_info[:2]).encode())
    for lock in locks:
        with open(os.path.join(ROOT, lock), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def installed():
    """Returns what the environment was made of, as far as it is whole."""
    try:
        with open(STAMP) as file:
            return file.read().split()
    except OSError:
        return []


def make_venv():
    """Makes .venv where there is none."""
    if os.path.exists(os.path.join(VENV, "bin", "python")):
        return
    say("Making the environment .venv ...")
    try:
        result = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True, check=False)
    except OSError as error:
        stop("The folder cannot be written to (%s). Copy the project to a folder of your own." % error.strerror)
    if result.returncode != 0:
        if not os.access(ROOT, os.W_OK):
            stop("The folder %s cannot be written to. Copy the project to a folder of your own." % ROOT)
        stop(
            "Python could not make an environment:\n%s\nOn Debian and Ubuntu: apt-get install python3-venv"
            % (result.stdout + result.stderr).strip()
        )


def install(locks):
    """Installs exactly what the locks say, checking every file's hash."""
    command = [os.path.join(VENV, "bin", "python"), "-m", "pip", "install", "--require-hashes", "--quiet"]
    command += ["--disable-pip-version-check", "--no-input"]
    for lock in locks:
        command += ["-r", os.path.join(ROOT, lock)]
    say("Installing the locked libraries (a minute or two the first time) ...")
    began = time.time()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    told = began
    while process.poll() is None:
        time.sleep(0.2)
        if time.time() - told >= 10:
            told = time.time()
            say("  ... still installing, %d s" % (told - began))
    output = process.stdout.read() if process.stdout else ""
    if process.returncode != 0:
        stop(
            "The libraries could not be installed:\n%s\n\n"
            "If there is no network, connect once and run the same command again." % output.strip()[-2000:]
        )
    say("  installed in %d s" % (time.time() - began))


def main():
    """Brings the environment up to date and says nothing when it is."""
    new_enough()
    locks = sys.argv[1:] or ["requirements.txt"]
    digest = wanted(locks)
    known = installed()
    if digest in known:
        return
    make_venv()
    install(locks)
    # The longer list holds the shorter one: after it, both are there.
    both = wanted(["requirements.txt"]) if len(locks) > 1 else ""
    with open(STAMP, "w") as file:
        file.write("\n".join(sorted({digest, both} - {""} | (set(known) if len(locks) == 1 else set()))) + "\n")


if __name__ == "__main__":
    main()
