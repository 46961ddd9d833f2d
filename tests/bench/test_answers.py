"""What a flood is answered is counted, however it comes."""

import pytest

from bench.answers import Answers, Counted, Repeated
from bench.frames import COMPRESSED, PING, PONG, TEXT, frame
from bench.upgrade import EchoError

PIECES = [1, 2, 3, 7, 1000, 1 << 20]


def take(answers: Answers, data: bytes, size: int) -> int:
    """Give it in pieces of this size; return how many answers that were."""
    for place in range(0, len(data), size):
        answers.take(data[place : place + size])
    return answers.count


def unfinished(data: bytes) -> bytes:
    """The same frame, with others of its message to follow."""
    return bytes([data[0] & 0x7F]) + data[1:]


@pytest.mark.parametrize("size", PIECES)
@pytest.mark.parametrize("answer", [frame(TEXT, b"."), frame(PONG, b""), frame(TEXT, bytes(300))])
def test_the_same_answer_is_counted_once_it_is_whole(answer: bytes, size: int) -> None:
    answers = Repeated(answer)
    assert take(answers, answer * 9 + answer[:-1], size) == 9
    assert take(answers, answer[-1:], size) == 10


@pytest.mark.parametrize("size", PIECES)
def test_one_byte_that_differs_is_a_wrong_echo(size: int) -> None:
    right = frame(PONG, b"ping")
    for place in range(len(right)):
        wrong = bytearray(right * 5)
        wrong[len(right) + place] ^= 1
        with pytest.raises(EchoError, match="wrong echo at byte"):
            take(Repeated(right), bytes(wrong), size)


@pytest.mark.parametrize("size", PIECES)
@pytest.mark.parametrize(
    ("data", "count"),
    [
        (frame(TEXT, b""), 1),
        (frame(TEXT, b".") * 3, 3),
        (frame(TEXT | COMPRESSED, b"." * 125), 1),
        (frame(TEXT, b"." * 126) + frame(TEXT, b"." * 127), 2),
        (frame(TEXT, b"." * 65535) + frame(TEXT | COMPRESSED, b"." * 65536) * 2, 3),
        # In fragments, with a control frame among them.
        (unfinished(frame(TEXT, b"." * 1000)) + frame(PING, b"") + frame(0, b"." * 30), 1),
        (unfinished(frame(TEXT, b"")) + unfinished(frame(0, b".")) + frame(0, b""), 1),
        (unfinished(frame(TEXT, b".")), 0),
        (frame(PONG, b".") * 2, 0),
        # What a payload holds is no frame.
        (frame(TEXT, frame(TEXT, b".") * 50), 1),
    ],
)
def test_messages_are_counted_in_whatever_frames_they_come(
    data: bytes, count: int, size: int
) -> None:
    answers = Counted()
    assert take(answers, data, size) == count
    assert take(answers, data, size) == 2 * count
