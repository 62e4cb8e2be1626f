/** Signals: recordings that are made here, a button that does nothing, and one that fails. */
import "../frame.js";
import { byId, element } from "../element.js";

/** Samples a second, of eight bits each. */
const RATE = 8000;

/** Pitch of a large ship's whistle, in hertz. */
const PITCH = 110;

/** A recording of so many seconds of whistle and pause by turns, as the address of a WAV file. */
function blasts(...seconds) {
  const samples = seconds.flatMap((length, turn) =>
    Array.from({ length: length * RATE }, (_, at) =>
      turn % 2 ? 128 : 128 + Math.round(60 * Math.sin((2 * Math.PI * PITCH * at) / RATE)),
    ),
  );
  const text = (it) => [...it].map((letter) => letter.charCodeAt(0));
  const number = (value, bytes) => Array.from({ length: bytes }, (_, at) => (value >> (8 * at)) & 255);
  const format = [
    ...number(16, 4),
    ...number(1, 2),
    ...number(1, 2),
    ...number(RATE, 4),
    ...number(RATE, 4),
    1,
    0,
    8,
    0,
  ];
  const data = [...text("data"), ...number(samples.length, 4), ...samples];
  const body = [...text("WAVEfmt "), ...format, ...data];
  const file = Uint8Array.from([...text("RIFF"), ...number(body.length, 4), ...body]);
  return URL.createObjectURL(new Blob([file], { type: "audio/wav" }));
}

/** A player; what is to be heard stands in its title. */
function player(id, title, ...seconds) {
  const audio = element("audio", { id, title, controls: "" });
  audio.src = blasts(...seconds);
  byId(`${id}-player`).append(audio);
}
player("one-long", "One long blast", 2);
player("two-long", "Two long blasts", 2, 1, 2);

byId("lamp").addEventListener("click", () => {
  // Nothing: it shows what a dead click is.
});
byId("reckon").addEventListener("click", () => {
  throw new RangeError("the range of this horn is not known");
});
byId("more-signals").addEventListener("click", () => {
  byId("more-answer").textContent = "We will write about them.";
});
