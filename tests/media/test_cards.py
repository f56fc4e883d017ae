from heliogram.media import cards

from .pictures import opened


def test_the_appointment_card_is_a_png_whose_words_stay_sharp() -> None:
    octets = cards.tooth_card()
    image = opened(octets)
    assert (image.format, image.size, len(octets) < 300_000) == ("PNG", (1_200, 900), True)
    assert image.convert("RGB").getpixel((110, 400)) == (0x2F, 0x3F, 0xD6)


def test_the_sale_moves_and_every_frame_differs_from_the_one_before() -> None:
    octets = cards.sale()
    image = opened(octets)
    assert (image.format, image.size, len(octets) < 300_000) == ("GIF", (480, 480), True)
    frames = []
    for n in range(cards.N_FRAMES):
        image.seek(n)
        frames.append(image.convert("RGB").tobytes())
    assert getattr(image, "n_frames", 1) == cards.N_FRAMES == len(set(frames))
    assert image.info["duration"] == cards.FRAME_MS
