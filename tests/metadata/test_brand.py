"""The integration's own mark, in the sizes Home Assistant serves."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image
import pytest

from .files import FOLDER

BRAND = FOLDER / "brand"
FILES = {f"{mode}{kind}{scale}.png" for mode in ("", "dark_") for kind in ("icon", "logo") for scale in ("", "@2x")}
ICON, LOGO = 256, (128, 256)  # pixels: both sides, and the range of the shortest side; twice that for @2x
HEAVIEST = 60_000  # bytes


def problems(file: Path) -> Iterator[str]:
    """Yield what is wrong with the size, the format or the margins of a picture."""
    with Image.open(file) as opened:
        if opened.format != "PNG":
            yield "not a PNG"
        picture = opened.convert("RGBA")
    times = 2 if "@2x" in file.stem else 1
    if "icon" in file.stem and picture.size != (ICON * times, ICON * times):
        yield f"size {picture.size}"
    if "logo" in file.stem and not LOGO[0] * times <= min(picture.size) <= LOGO[1] * times:
        yield f"size {picture.size}"
    yield from _margins(picture, square="icon" in file.stem)


def _margins(picture: Image.Image, *, square: bool) -> Iterator[str]:
    """Yield whether there is no transparent ground, or more of it around the mark than the format needs."""
    alpha = picture.getchannel("A")
    if alpha.getextrema()[0] != 0:
        yield "ground not transparent"
    left, top, right, bottom = alpha.getbbox() or (0, 0, 0, 0)
    filled = (right - left == picture.width, bottom - top == picture.height)
    if not (any(filled) if square else all(filled)):
        yield "not trimmed"


def test_every_picture_is_there() -> None:
    assert {file.name for file in BRAND.iterdir()} == FILES


@pytest.mark.parametrize("name", sorted(FILES))
def test_picture_is_fine(name: str) -> None:
    assert list(problems(BRAND / name)) == []
    assert (BRAND / name).stat().st_size < HEAVIEST


def test_dark_is_another_picture() -> None:
    for name in sorted(name for name in FILES if not name.startswith("dark_") and "logo" in name):
        assert (BRAND / name).read_bytes() != (BRAND / f"dark_{name}").read_bytes()


@pytest.mark.parametrize(
    ("name", "size", "mark", "found"),
    [
        ("icon.png", (255, 256), (0, 0, 255, 256), ["size (255, 256)"]),
        ("icon@2x.png", (256, 256), (0, 0, 256, 256), ["size (256, 256)"]),
        ("icon.png", (256, 256), (1, 1, 255, 255), ["not trimmed"]),
        ("icon.png", (256, 256), (0, 20, 256, 200), []),
        ("logo.png", (400, 127), (0, 0, 400, 127), ["size (400, 127)"]),
        ("logo.png", (400, 128), (0, 0, 399, 128), ["not trimmed"]),
        ("logo@2x.png", (600, 256), (0, 0, 600, 256), []),
    ],
)
def test_bad_picture_is_found(
    tmp_path: Path, name: str, size: tuple[int, int], mark: tuple[int, int, int, int], found: list[str]
) -> None:
    picture = Image.new("RGBA", size)
    picture.paste((255, 160, 0, 255), mark)
    picture.putpixel((size[0] // 2, size[1] // 2), (0, 0, 0, 0))
    picture.save(tmp_path / name)
    assert list(problems(tmp_path / name)) == found


def test_opaque_ground_is_found(tmp_path: Path) -> None:
    Image.new("RGB", (256, 256)).save(tmp_path / "icon.png")
    assert list(problems(tmp_path / "icon.png")) == ["ground not transparent"]
