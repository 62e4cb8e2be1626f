/** A client of WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), as far as a visit needs it. */
import { WebSocket } from "ws";

export interface Bidi {
  /** Sends a command and waits for its result. Fails when the connection does. */
  send(method: string, params: object): Promise<Record<string, unknown>>;
}

interface Waiting {
  done(result: Record<string, unknown>): void;
  failed(error: Error): void;
}

/** Connects to the address that the browser has said, and begins a session. */
export async function connectBidi(address: string): Promise<Bidi> {
  const socket = new WebSocket(`${address}/session`);
  const waiting = new Map<number, Waiting>();
  let commands = 0;
  let isOpen = true;

  socket.on("message", (data) => {
    const { id, type, result, error, message } = JSON.parse(String(data));
    const command = waiting.get(id);
    waiting.delete(id);
    if (type === "success") command?.done(result);
    else if (type === "error") command?.failed(new Error(`${error}: ${message}`));
  });
  await new Promise((opened, failed) => {
    socket.once("open", opened);
    socket.once("error", failed);
  });
  const end = () => {
    isOpen = false;
    for (const { failed } of waiting.values()) failed(new Error("the browser has gone"));
    waiting.clear();
  };
  socket.on("close", end);
  socket.on("error", end);

  const bidi: Bidi = {
    send: (method, params) =>
      new Promise((done, failed) => {
        if (!isOpen) {
          failed(new Error("the browser has gone"));
          return;
        }
        const id = ++commands;
        waiting.set(id, { done, failed });
        socket.send(JSON.stringify({ id, method, params }));
      }),
  };
  await bidi.send("session.new", { capabilities: { alwaysMatch: { unhandledPromptBehavior: { default: "accept" } } } });
  return bidi;
}
