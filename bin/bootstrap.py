"""Makes .venv and installs the locked libraries into it, when something changed; needs nothing but Python.

Usage: python3 bin/bootstrap.py [requirements.txt ...]

Written so that an old Python can still read it and say that it is too old.
"""

import hashlib
import os
import platform
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "installed")
UNFINISHED = os.path.join(ROOT, ".venv.unfinished")
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


def supported():
    """Stops where the system lacks what the server is made of."""
    if os.name == "nt":
        stop(
            "Every Sector runs on Linux and macOS, and on Windows in the Windows Subsystem for Linux: install it with\n"
            "  wsl --install\n"
            "then copy the project into its Ubuntu and run make run there. Or use containers: docs/handbook/operate.md"
        )


def whole():
    """Says whether .venv is of this Python and nobody was interrupted while making or filling it."""
    if os.path.exists(UNFINISHED):
        return False
    program = "import pip, sys; sys.exit(sys.version_info[:2] != %r)" % (tuple(sys.version_info[:2]),)
    try:
        with open(os.devnull, "w") as nowhere:
            command = [os.path.join(VENV, "bin", "python"), "-c", program]
            return subprocess.call(command, stdout=nowhere, stderr=nowhere) == 0
    except OSError:
        return False


def mark_unfinished():
    """Leaves a file for the time that .venv is not whole: half a library looks like a whole one to the next run."""
    try:
        open(UNFINISHED, "w").close()
    except (IOError, OSError) as error:
        stop(
            "The folder %s cannot be written to (%s). Copy the project to a folder of your own."
            % (ROOT, error.strerror)
        )


def make_venv():
    """Makes .venv where there is none that is whole."""
    if whole():
        return
    mark_unfinished()
    say("Making the environment .venv ...")
    command = [sys.executable, "-m", "venv", "--clear", VENV]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        stop(
            "Python could not make an environment:\n%s\nOn Debian and Ubuntu: apt-get install python3-venv"
            % (result.stdout + result.stderr).strip()
        )


def explained(output):
    """Returns what to do about libraries that could not be installed."""
    if "No matching distribution" in output or "not a supported wheel" in output:
        return (
            "There are no ready-made libraries for this system (%s on %s, Python %s). Supported are Linux with glibc\n"
            "and macOS, on x86-64 and ARM64. Elsewhere use containers: docs/handbook/operate.md"
            % (platform.system(), platform.machine(), platform.python_version())
        )
    return "If there is no network, connect once and run the same command again."


def install(locks):
    """Installs exactly what the locks say, checking every file's hash."""
    command = [os.path.join(VENV, "bin", "python"), "-m", "pip", "install", "--require-hashes", "--quiet"]
    command += ["--disable-pip-version-check", "--no-input"]
    for lock in locks:
        command += ["-r", os.path.join(ROOT, lock)]
    mark_unfinished()
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
        stop("The libraries could not be installed:\n%s\n\n%s" % (output.strip()[-2000:], explained(output)))
    say("  installed in %d s" % (time.time() - began))


def main():
    """Brings the environment up to date and says nothing when it is."""
    supported()
    new_enough()
    locks = sys.argv[1:] or ["requirements.txt"]
    digest = wanted(locks)
    known = installed()
    if digest in known and not os.path.exists(UNFINISHED):
        return
    make_venv()
    install(locks)
    # The longer list holds the shorter one: after it, both are there.
    both = wanted(["requirements.txt"]) if len(locks) > 1 else ""
    with open(STAMP, "w") as file:
        file.write("\n".join(sorted({digest, both} - {""} | (set(known) if len(locks) == 1 else set()))) + "\n")
    os.remove(UNFINISHED)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        stop("Stopped. Run the same command again: it begins where that is safe.")
