/** Writes a screenshot anew as a smaller file of the same pixels: flat areas pack best as they are, without a filter for each line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const path = process.argv[2] ?? '';
const file = readFileSync(path);

const chunks = [];
for (let at = 8; at < file.length; ) {
  const length = file.readUInt32BE(at);
  chunks.push({ type: file.toString('latin1', at + 4, at + 8), data: file.subarray(at + 8, at + 8 + length) });
  at += 12 + length;
}
const head = chunks.find(({ type }) => type === 'IHDR').data;
const [width, height, depth, kind, interlaced] = [head.readUInt32BE(0), head.readUInt32BE(4), head[8], head[9], head[12]];
const channels = { 2: 3, 6: 4 }[kind];
if (depth !== 8 || channels === undefined || interlaced !== 0) throw new Error(`${path} is no screenshot`);

const filtered = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)));
const stride = width * channels;
const plain = Buffer.alloc((stride + 1) * height);

function paeth(left, above, corner) {
  const [toLeft, toAbove, toCorner] = [Math.abs(above - corner), Math.abs(left - corner), Math.abs(left + above - 2 * corner)];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

for (let y = 0; y < height; y += 1) {
  const row = y * (stride + 1) + 1;
  for (let x = 0; x < stride; x += 1) {
    const left = x >= channels ? plain[row + x - channels] : 0;
    const above = y > 0 ? plain[row - stride - 1 + x] : 0;
    const corner = x >= channels && y > 0 ? plain[row - stride - 1 + x - channels] : 0;
    const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filtered[row - 1]];
    plain[row + x] = filtered[row + x] + guess;
  }
}

function chunk(type, data) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

writeFileSync(path, Buffer.concat([file.subarray(0, 8), chunk('IHDR', head), chunk('IDAT', deflateSync(plain, { level: 9, memLevel: 9 })), chunk('IEND', Buffer.alloc(0))]));
