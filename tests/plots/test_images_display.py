"""Small images with captions."""

import numpy as np
import pytest

import mia_teach as mt
from mia_teach.plots import ImagesDisplay


def test_every_image_gets_its_place_and_caption():
    digits = mt.load_digits()
    display = ImagesDisplay(
        digits.x[:5], [f"“{y}”" for y in digits.y[:5]], columns=3, rows=("top", "below")
    ).plot()
    assert display.axes_.shape == (2, 3)
    assert [ax.get_title() for ax in display.axes_.flat] == ["“0”", "“1”", "“2”", "“3”", "“4”", ""]
    assert [ax.get_ylabel() for ax in display.axes_[:, 0]] == ["top", "below"]
    assert (display.axes_[1, 0].images[0].get_array() == digits.x[3].reshape(8, 8)).all()
    assert not display.axes_[1, 2].images


@pytest.mark.parametrize("images", [np.zeros((2, 10)), np.zeros((3, 4, 4)), np.zeros(4)])
def test_what_makes_no_images_is_refused_with_a_sentence(images):
    with pytest.raises(ValueError, match="one caption an image"):
        ImagesDisplay(images, ["a", "b"])
