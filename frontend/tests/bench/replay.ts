/** Serves the built screens and plays changes to one wall as fast as asked: the browser alone is measured, not the server. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import type { PictureView, UpdateView } from '../../src/api/types.gen';

const KINDS: Record<string, string> = {
  '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2', '.svg': 'image/svg+xml',
};
const SEVERITIES = ['extreme', 'severe', 'moderate', 'minor', 'unknown'] as const;
const BEAT_MS = 5_000;

export type Answers = Record<string, unknown>;

export class Replay {
  private socket: WebSocket | null = null;
  private number = 0;
  /** When each change was sent, by the clock of the machine. */
  readonly sent: number[] = [];
  /** Links to the socket and calls of the API since the last `expectOne`. */
  links = 0;
  calls = 0;

  private constructor(
    readonly base: string,
    private readonly picture: PictureView,
    private readonly end_: () => void,
  ) {}

  /** `answers` are what a real server said to these paths; `picture` is what the socket begins with. */
  static async begin(answers: Answers, picture: PictureView): Promise<Replay> {
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://here').pathname;
      const answer = answers[path];
      if (answer !== undefined) {
        replay.calls += 1;
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(answer));
        return;
      }
      const file = extname(path) === '' ? 'index.html' : path;
      response.setHeader('content-type', KINDS[extname(file)] ?? 'application/octet-stream');
      response.end(readFileSync(join('dist', file)));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const sockets = new WebSocketServer({ server });
    const beating = setInterval(() => replay.beat(), BEAT_MS);
    const replay = new Replay(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, picture, () => {
      clearInterval(beating);
      sockets.close();
      server.closeAllConnections();
      server.close();
    });
    sockets.on('connection', (socket) => {
      replay.links += 1;
      replay.socket = socket;
      replay.number = 0;
      replay.sent.length = 0;
      replay.send({ type: 'snapshot', server_time: now(), build: '', picture: { ...picture, position: '0' } });
    });
    return replay;
  }

  end(): void {
    this.end_();
  }

  /** Counts anew: one wall is measured at a time, over one link. */
  expectOne(): void {
    this.links = 0;
    this.calls = 0;
  }

  /** Sends `count` changes, `perSecond` of them in each second, each of another cell than the one before. */
  async play(count: number, perSecond: number): Promise<void> {
    const began = performance.now();
    for (let sent = 0; sent < count; ) {
      const due = Math.min(count, Math.floor(((performance.now() - began) * perSecond) / 1000) + 1);
      while (sent < due) {
        this.change();
        sent += 1;
      }
      await new Promise((soon) => setTimeout(soon, 1000 / perSecond));
    }
  }

  /** How many bytes wait because the browser does not keep up. */
  get waiting(): number {
    return this.socket?.bufferedAmount ?? 0;
  }

  private beat(): void {
    this.send({ type: 'beat', server_time: now(), build: '', position: String(this.number) });
  }

  private change(): void {
    const { cells } = this.picture;
    const cell = cells[this.number % cells.length];
    if (cell === undefined) throw new Error('the picture has cells');
    const severity = SEVERITIES[(this.number + Math.floor(this.number / cells.length)) % SEVERITIES.length];
    const time = now();
    const update = { ...cell.update, severity, headline: `Change ${this.number} of this cell`, as_of: time, recorded_at: time } as UpdateView;
    const [after, upto] = [String(this.number), String(this.number + 1)];
    this.number += 1;
    this.sent.push(Date.now());
    this.send({
      type: 'change', after, upto, server_time: time, remove: [],
      set: [{ kind: 'cell', key: `${cell.centre}/${cell.sector}`, value: { ...cell, update } }],
      entries: [{ position: upto, recorded_at: time, by: update.by, tlp: update.tlp, kind: 'update_posted', update }],
    });
  }

  private send(frame: object): void {
    this.socket?.send(JSON.stringify(frame));
  }
}

const now = (): string => new Date().toISOString();
