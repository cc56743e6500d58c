"""How pictures become a network's input, and what its classes are called."""

import numpy as np
import pytest

from convexplain.data.pictures import Picture
from convexplain.data.recipe import Recipe
from convexplain.errors import ConvexplainError, UsageError
from convexplain.network import Conv2D, Dense, Flatten, Network
from convexplain.style.captions import Caption

PETS = (Caption(en="cat", zh="猫"), Caption(en="dog", zh="狗"))
LAYERS = (Conv2D("c", filters=2), Flatten("f"), Dense("d", units=2, activation="softmax"))


def picture(*shape: int) -> Picture:
    values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    return Picture(values / values.max(), 1, "ramp.png")


def test_a_picture_that_fits_stays_as_it_is():
    given = picture(4, 6, 1)
    recipe = Recipe((4, 6), "gray")
    assert recipe.fit(given) is given
    assert recipe.numbers(given) is given.pixels


def test_a_larger_picture_is_averaged_over_areas():
    given = picture(4, 6, 1)
    fitted = Recipe((2, 3), "gray").fit(given)
    blocks = [
        [given.pixels[2 * r : 2 * r + 2, 2 * c : 2 * c + 2, 0].mean() for c in range(3)]
        for r in range(2)
    ]
    np.testing.assert_allclose(fitted.pixels[:, :, 0], blocks, atol=1e-6)
    assert fitted.label == 1
    assert fitted.steps == ("scaled to 2 × 3",)


def test_another_aspect_is_cut_equally_on_both_sides():
    given = picture(4, 8, 1)
    fitted = Recipe((2, 2), "gray").fit(given)
    middle = given.pixels[:, 2:6, 0]
    expected = [[middle[:2, :2].mean(), middle[:2, 2:].mean()], [middle[2:, :2].mean(), 0]]
    expected[1][1] = middle[2:, 2:].mean()
    np.testing.assert_allclose(fitted.pixels[:, :, 0], expected, atol=1e-6)


def test_a_smaller_picture_keeps_its_range():
    fitted = Recipe((9, 9), "gray").fit(picture(3, 3, 1))
    assert fitted.shape == (9, 9, 1)
    assert fitted.pixels.min() == 0
    assert fitted.pixels.max() == 1


def test_gray_becomes_three_equal_channels_and_colour_is_never_made_gray():
    fitted = Recipe((3, 3), "rgb").fit(picture(3, 3, 1))
    assert fitted.shape == (3, 3, 3)
    assert (fitted.pixels == picture(3, 3, 1).pixels).all()
    with pytest.raises(UsageError, match="4 × 4 × 3, but the network reads 4 × 4 × 1: prepare"):
        Recipe((4, 4), "gray").fit(picture(4, 4, 3))


def test_numbers_are_scaled_and_normalised_and_drawn_back():
    recipe = Recipe((2, 2), "rgb", 2.0, (0.1, 0.2, 0.3), (2.0, 4.0, 5.0))
    given = picture(2, 2, 3)
    numbers = recipe.numbers(given)
    value = float(given.pixels[1, 0, 2])
    assert numbers[1, 0, 2] == pytest.approx((value * 2 - 0.3) / 5, rel=1e-6)
    np.testing.assert_allclose(recipe.drawn(numbers), given.pixels, atol=1e-6)
    assert not recipe.plain
    gray = Recipe((2, 2), "gray")
    assert gray.plain
    assert gray.drawn(picture(2, 2, 1).pixels).shape == (2, 2)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"colour": "cmyk"}, "choose gray or rgb"),
        ({"size": (0, 4)}, "both above 0"),
        ({"std": (0.0,)}, "above 0"),
        ({"scale": float("inf")}, "finite"),
        ({"mean": (1.0, 2.0)}, "mean has 2 numbers"),
        ({"classes": (Caption(en="a\nb", zh="甲"),)}, "printable"),
        ({"classes": (Caption(en="a" * 41, zh="甲"),)}, "1 to 40"),
    ],
)
def test_what_cannot_be_right_is_refused(values, message):
    with pytest.raises(ValueError, match=message):
        Recipe(**{"size": (4, 4), "colour": "gray", **values})


def test_a_network_keeps_its_recipe_in_the_file(tmp_path):
    recipe = Recipe((5, 5), "gray", 255.0, (127.5,), (127.5,), PETS)
    made = Network.initialised(LAYERS, input_shape=(5, 5, 1))
    named = Network(LAYERS, made.weights, input_shape=(5, 5, 1), recipe=recipe)
    named.save(tmp_path / "pets.safetensors")
    loaded = Network.load(tmp_path / "pets.safetensors")
    assert loaded.recipe == recipe
    assert loaded.class_name(1).text("zh") == "狗"
    given = picture(5, 5, 1)
    bytes_read = np.floor(given.pixels.astype(np.float64) * 255 + 0.5)
    np.testing.assert_allclose(loaded.prepare(given), (bytes_read - 127.5) / 127.5, atol=1e-6)


def test_without_a_recipe_the_values_are_read_and_classes_have_numbers():
    network = Network.initialised(LAYERS, input_shape=(5, 5, 1))
    assert network.recipe == Recipe((5, 5), "gray")
    assert network.class_name(1).text("en") == "1"
    assert "recipe" not in str(network.content.recipe)
    strange = Network.initialised(LAYERS, input_shape=(5, 5, 2))
    assert strange.class_name(0).text("en") == "0"
    with pytest.raises(UsageError, match="5 × 5 × 2, which is no picture"):
        strange.prepare(picture(5, 5, 1))


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        (Recipe((6, 5), "gray"), "the recipe is for pictures of shape"),
        (Recipe((5, 5), "gray", classes=PETS[:1]), "names 1 classes, but the network has 2"),
    ],
)
def test_a_recipe_must_fit_its_network(recipe, message):
    made = Network.initialised(LAYERS, input_shape=(5, 5, 1))
    with pytest.raises(ValueError, match=message):
        Network(LAYERS, made.weights, input_shape=(5, 5, 1), recipe=recipe)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"classes": ["cat"]}, "a class is named by"),
        ({"classes": [{"en": 1, "zh": "猫"}]}, "must be texts"),
        ({"classes": [{"en": "{x}", "zh": "猫"}]}, "must be|cannot be the name|fields"),
        ({"mean": "0"}, "mean must be numbers"),
        ({"size": [2.5, 3]}, "both above 0"),
        ({"more": 1}, "must be a JSON object of"),
    ],
)
def test_a_foreign_file_with_a_broken_recipe_is_refused(change, message, tmp_path, monkeypatch):
    made = Network.initialised(LAYERS, input_shape=(5, 5, 1))
    recipe = Recipe((5, 5), "gray", classes=PETS)
    network = Network(LAYERS, made.weights, input_shape=(5, 5, 1), recipe=recipe)
    data = {**recipe.to_dict(), **change}
    monkeypatch.setattr(Recipe, "to_dict", lambda self: data)
    network.save(tmp_path / "broken.safetensors")
    with pytest.raises(ConvexplainError, match=message) as refused:
        Network.load(tmp_path / "broken.safetensors")
    assert "\n" not in str(refused.value)
