/** Captures of audio and video. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { expectEvents, Id, pageview } from "../support/expect-events.ts";
import { setStage, test } from "../support/stage.ts";

/** Silence of that length, as the address of a WAV file: 8 kHz, 8 bits, one channel (http://soundfile.sapp.org/doc/WaveFormat/). */
function silence(seconds: number): string {
  const samples = Buffer.alloc(8000 * seconds, 0x80);
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(8000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.length, 40);
  return `data:audio/wav;base64,${Buffer.concat([head, samples]).toString("base64")}`;
}

describe("captures of media", () => {
  const stage = setStage();

  test("a recording is told from its begin to its end, and one that is added later too", async () => {
    const site = stage.newSite();
    const url = stage.origin.serve(
      "/media",
      `<!doctype html>${stage.tag(site, 'data-clicks="false" data-capture="media=50"')}
       <audio id="song" title="A song" src="${silence(2)}"></audio><button id="play" onclick="song.play()">Play</button>
       <button id="add" onclick="film = document.createElement('video'); film.id = 'film'; film.src = song.src; document.body.append(film); film.play()">Add</button>`,
    );
    const visitor = await stage.newVisitor();
    const page = await visitor.open(url);
    await page.click("#play");
    await page.waitForFunction(() => (document.getElementById("song") as HTMLAudioElement).ended);
    await page.click("#add");
    await page.waitForFunction(() => (document.getElementById("film") as HTMLVideoElement).currentTime > 0.3);
    await page.evaluate(async () => {
      const film = document.getElementById("film") as HTMLVideoElement;
      const heard = (type: string) => new Promise((resolve) => film.addEventListener(type, resolve, { once: true }));
      film.pause();
      await heard("pause");
      film.currentTime = 1.5;
      await heard("seeked");
    });
    const told = (eventName: string, values: Record<string, unknown>) => ({
      correlationId: new Id("page"),
      webEvent: {
        eventName,
        attributes: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }])),
      },
    });
    const song = { media: "A song", durationMs: "2000" };
    const rows = await expectEvents(
      stage.collector,
      site,
      [
        pageview(url, { view: "page" }),
        told("audio_played", { ...song, positionMs: /^\d\d?$/, playedMs: "0" }),
        told("audio_progressed", { ...song, percent: "50" }),
        told("audio_ended", song),
        told("video_played", { media: "#film" }),
        told("video_paused", { media: "#film" }),
        told("video_seeked", { media: "#film", positionMs: "1500", fromMs: /^\d+$/ }),
      ],
      { pages: [page] },
    );
    const number = (row: unknown, name: string) =>
      Number((row as { webEvent: { attributes: Record<string, { value: string }> } }).webEvent.attributes[name]?.value);
    assert.ok(Math.abs(number(rows[3], "playedMs") - 2000) < 100, "all of it was played");
    const paused = number(rows[5], "positionMs");
    assert.ok(Math.abs(number(rows[5], "playedMs") - paused) < 100, "and of the other as much as was heard");
    assert.equal(number(rows[6], "fromMs"), paused);
    assert.deepEqual(visitor.exceptions, []);
  });
});
