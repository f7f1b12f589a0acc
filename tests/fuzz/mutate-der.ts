import { concat } from "../../src/core/bytes.js";
import type { Chance } from "./chance.js";

interface Node {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly children: readonly Node[];
}

const CONSTRUCTED = 0x20;
const TAGS = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x17, 0x18, 0x30, 0x31, 0x80, 0xa0, 0xa3];

/** DER with one item changed, doubled, wrapped or gone, and every length right again; `undefined` when it is no DER. */
export function mutateDer(chance: Chance, bytes: Uint8Array): Uint8Array | undefined {
  const nodes = read(bytes, 0);
  return nodes === undefined || nodes.length === 0 ? undefined : concat(...changed(chance, nodes).map(write));
}

/** Items one after the other; `undefined` when they do not fill the bytes. One-byte tags are all that occurs. */
function read(bytes: Uint8Array, depth: number): readonly Node[] | undefined {
  const nodes: Node[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at] as number;
    let length = bytes[at + 1] ?? 0;
    let start = at + 2;
    if (length > 0x82 || length === 0x80) return undefined;
    if (length > 0x80) {
      const size = length & 0x7f;
      length = bytes.subarray(start, start + size).reduce((sum, byte) => sum * 256 + byte, 0);
      start += size;
    }
    if (start + length > bytes.length) return undefined;
    const content = bytes.subarray(start, start + length);
    const children = (tag & CONSTRUCTED) !== 0 && depth < 12 ? (read(content, depth + 1) ?? []) : [];
    nodes.push({ tag, content, children });
    at = start + length;
  }
  return nodes;
}

function write({ tag, content, children }: Node): Uint8Array {
  const inner = children.length > 0 ? concat(...children.map(write)) : content;
  const length =
    inner.length < 128
      ? [inner.length]
      : inner.length < 256
        ? [0x81, inner.length]
        : [0x82, (inner.length >> 8) & 0xff, inner.length & 0xff];
  return concat(Uint8Array.of(tag, ...length), inner);
}

function changed(chance: Chance, nodes: readonly Node[]): readonly Node[] {
  const at = chance.below(nodes.length);
  const node = nodes[at] as Node;
  const put = (...instead: readonly Node[]) => [...nodes.slice(0, at), ...instead, ...nodes.slice(at + 1)];
  if (node.children.length > 0 && !chance.oneIn(8)) {
    const children = changed(chance, node.children);
    return put({ ...node, children, content: children.length > 0 ? node.content : new Uint8Array(0) });
  }
  switch (chance.below(6)) {
    case 0:
      return put();
    case 1:
      return put(node, node);
    case 2:
      return put({ ...node, tag: chance.pick(TAGS) });
    case 3:
      return put({ tag: 0x30, content: node.content, children: [node] });
    case 4:
      return put({ ...node, children: [], content: chance.bytes(chance.below(40)) });
    default: {
      const content = node.content.slice();
      if (content.length > 0) content[chance.below(content.length)] = chance.word() & 0xff;
      return put({ ...node, children: [], content });
    }
  }
}
