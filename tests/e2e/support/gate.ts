/**
 * Stands between browsers and the collector: keeps what was asked, and may answer otherwise than the
 * collector would, or not at all.
 */
import { createServer, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** A request as it came. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Bytes of the body as it travelled. */
  readonly bodyBytes: number;
  /** The body, decompressed. */
  readonly body: string;
}

export interface Answered {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** Answers a request; `undefined` cuts the connection. `forward` asks the collector. */
export type Handler = (asked: Asked, forward: () => Promise<Answered>) => Promise<Answered | undefined>;

export interface Gate {
  readonly origin: string;
  /** Everything that was asked since the start, or since it was emptied. */
  readonly asked: Asked[];
  /** How requests are answered; as the collector does by default. */
  handler: Handler;
  /**
   * Whether a connection serves more than one request. A browser whose reused connection is cut before
   * the answer sends the request again by itself, a POST too, and no page can know or prevent it.
   */
  keepsConnections: boolean;
  /** Waits until something was asked that `isIt`. */
  wasAsked(isIt: (asked: Asked) => boolean): Promise<Asked>;
  /** From now on nobody listens: connections are refused, and those that stand are cut. */
  refuse(): Promise<void>;
  /** Listens again, at the same address. */
  admit(): Promise<void>;
  close(): void;
}

/** How requests are answered where no test says otherwise. */
export const asTheCollector: Handler = (_, forward) => forward();

/** Whether a request carries events. */
export const isBatch = ({ method, path }: Asked) => method === "POST" && path.startsWith("/v1/batches");

/** An answer of the test's own, readable by any page. */
export const answer = (status: number, json: unknown, headers: Record<string, string> = {}): Answered => ({
  status,
  headers: { "access-control-allow-origin": "*", "content-type": "application/json", ...headers },
  body: Buffer.from(JSON.stringify(json)),
});

export async function openGate(collector: () => string): Promise<Gate> {
  const asked: Asked[] = [];
  const listeners = new Set<(request: Asked) => void>();

  const server = createServer(async (incoming, outgoing) => {
    try {
      const raw = await bytesOf(incoming);
      const request: Asked = {
        method: incoming.method ?? "",
        path: incoming.url ?? "",
        headers: incoming.headers,
        bodyBytes: raw.length,
        body: (raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw).toString("utf8"),
      };
      asked.push(request);
      for (const listener of listeners) listener(request);
      const forward = () => ask(collector() + request.path, request, raw);
      const answered = await gate.handler(request, forward);
      if (!answered) {
        incoming.socket.destroy();
        return;
      }
      const closing = gate.keepsConnections ? undefined : { connection: "close" };
      outgoing.writeHead(answered.status, { ...answered.headers, ...closing });
      outgoing.end(answered.body);
    } catch {
      // The collector is not there, or the browser has gone.
      incoming.socket.destroy();
    }
  });
  const listen = (port: number) =>
    new Promise<void>((listening, failed) => {
      server.once("error", failed);
      server.listen(port, "127.0.0.1", () => {
        server.off("error", failed);
        listening();
      });
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;

  const gate: Gate = {
    origin: `http://127.0.0.1:${port}`,
    asked,
    handler: asTheCollector,
    keepsConnections: true,
    async wasAsked(isIt) {
      const before = asked.find(isIt);
      if (before) return before;
      return new Promise((came) => {
        const listener = (request: Asked) => {
          if (!isIt(request)) return;
          listeners.delete(listener);
          came(request);
        };
        listeners.add(listener);
      });
    },
    refuse: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
    admit: () => listen(port),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return gate;
}

async function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function ask(url: string, { method, headers }: Asked, body: Buffer): Promise<Answered> {
  return new Promise((answered, failed) => {
    const outgoing = httpRequest(
      url,
      { method, headers: { ...headers, host: new URL(url).host } },
      async (incoming) => {
        const { connection, "transfer-encoding": chunked, ...kept } = incoming.headers;
        answered({ status: incoming.statusCode ?? 0, headers: kept, body: await bytesOf(incoming) });
      },
    );
    outgoing.on("error", failed);
    outgoing.end(body);
  });
}
