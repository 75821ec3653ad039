"""LibreOffice as a judge of what was written: it opens a file and says what it read."""

import shutil
import subprocess
from pathlib import Path

import pytest

PROGRAM = shutil.which("soffice")
_FOLDER = Path(PROGRAM).resolve().parent if PROGRAM else None
CALC = _FOLDER is not None and (_FOLDER / "libsclo.so").exists()
WRITER = _FOLDER is not None and (_FOLDER / "libswlo.so").exists()
needs_calc = pytest.mark.skipif(not CALC, reason="LibreOffice Calc is not installed")
needs_writer = pytest.mark.skipif(not WRITER, reason="LibreOffice Writer is not installed")


def converted(data: bytes, suffix: str, to: str, folder: Path) -> bytes:
    """Return a file as LibreOffice saves it in another format, such as `pdf`, `txt:Text (encoded):UTF8`, `fods`."""
    place = folder / f"converted.{suffix}"
    place.write_bytes(data)
    out = folder / "out"
    command = [
        "soffice",
        "--headless",
        f"-env:UserInstallation=file://{folder / 'profile'}",
        "--convert-to",
        to,
        "--outdir",
        str(out),
        str(place),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return (out / f"converted.{to.partition(':')[0]}").read_bytes()
