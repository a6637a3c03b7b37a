/** What the socket says (docs/protocol.md). Anything else is refused: the link then starts anew. */
import type {
  CellView,
  CentreView,
  CrisisView,
  CycleView,
  EscalationView,
  FeedItem,
  PictureView,
  QueryView,
  ReadingView,
  SlotsView,
} from '../api/types.gen';

/** A part of the picture with what it has become. */
export type Set =
  | { kind: 'crisis'; key: string; value: CrisisView }
  | { kind: 'centre'; key: string; value: CentreView }
  | { kind: 'cell'; key: string; value: CellView }
  | { kind: 'reading'; key: string; value: ReadingView }
  | { kind: 'escalation'; key: string; value: EscalationView }
  | { kind: 'query'; key: string; value: QueryView }
  | { kind: 'cycle'; key: string; value: CycleView }
  | { kind: 'slots'; key: string; value: SlotsView };

export type Remove = { kind: Set['kind']; key: string };

/** `build` names the entry script that the server gives out now; a server without screens has none. */
export type Snapshot = { type: 'snapshot'; server_time: string; build?: string; picture: PictureView };
export type Change = {
  type: 'change';
  after: string;
  upto: string;
  server_time: string;
  set: Set[];
  remove: Remove[];
  entries: FeedItem[];
};
export type Beat = { type: 'beat'; position: string; server_time: string; build?: string };
export type Frame = Snapshot | Change | Beat;

/** The server lost patience with this reader; it may come back at once with its position. */
export const TOO_SLOW = 4001;
/** The token or session behind the socket holds no longer. */
export const REVOKED = 4003;
/** The server is going away in order. */
export const RESTARTING = 4010;

const KINDS = new Set<string>(['crisis', 'centre', 'cell', 'reading', 'escalation', 'query', 'cycle', 'slots']);

/** Reads a frame, or says why it is none. */
export function decode(text: string): Frame {
  const frame: unknown = JSON.parse(text);
  if (!isObject(frame)) throw new Error('a frame is an object');
  if (Number.isNaN(Date.parse(string(frame, 'server_time')))) throw new Error('server_time is no time');
  if (frame.build !== undefined) string(frame, 'build');
  switch (frame.type) {
    case 'beat':
      string(frame, 'position');
      break;
    case 'snapshot': {
      const picture = frame.picture;
      if (!isObject(picture)) throw new Error('a snapshot holds a picture');
      string(picture, 'position');
      if (!isObject(picture.crisis)) throw new Error('a picture holds a crisis');
      for (const part of ['cells', 'escalations', 'queries', 'cycles', 'slots', 'centres', 'readings', 'feed']) list(picture, part);
      break;
    }
    case 'change':
      string(frame, 'after');
      string(frame, 'upto');
      list(frame, 'entries');
      for (const part of [...list(frame, 'set'), ...list(frame, 'remove')]) {
        if (!isObject(part) || !KINDS.has(string(part, 'kind'))) throw new Error('a part of an unknown kind');
        string(part, 'key');
      }
      break;
    default:
      throw new Error('a frame of an unknown type');
  }
  return frame as Frame;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function string(from: Record<string, unknown>, name: string): string {
  const value = from[name];
  if (typeof value !== 'string') throw new Error(`${name} is missing`);
  return value;
}

function list(from: Record<string, unknown>, name: string): unknown[] {
  const value = from[name];
  if (!Array.isArray(value)) throw new Error(`${name} is missing`);
  return value;
}
