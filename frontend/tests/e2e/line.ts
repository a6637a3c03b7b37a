/** A line between browser and server that can be cut, or held so that nobody notices at once. */
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

export class Line {
  private readonly open = new Set<Socket>();
  private held = false;
  private down = false;

  private constructor(
    private readonly server: Server,
    readonly base: string,
  ) {}

  static async to(base: string): Promise<Line> {
    const target = new URL(base);
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const line = new Line(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('connection', (near) => line.join(near, Number(target.port)));
    return line;
  }

  private join(near: Socket, port: number): void {
    if (this.down) {
      near.destroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [[near, far], [far, near]] as const) {
      this.open.add(from);
      from.on('data', (bytes) => this.held || to.write(bytes));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.open.delete(from);
        to.destroy();
      });
    }
  }

  /** Nothing passes any more, and nobody is told. */
  hold(): void {
    this.held = true;
  }

  /** What is open breaks, and nothing new is taken. */
  cut(): void {
    this.down = true;
    for (const socket of this.open) socket.destroy();
  }

  mend(): void {
    this.held = false;
    this.down = false;
  }

  close(): void {
    this.cut();
    this.server.close();
  }
}
