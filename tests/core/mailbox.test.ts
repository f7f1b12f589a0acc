import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { AsyncQueue, QueueFullError } from "../../src/core/queue.js";

const collect = async <T>(box: AsyncQueue<T>) => {
  const items: T[] = [];
  for await (const item of box) items.push(item);
  return items;
};

describe("AsyncQueue", () => {
  test("delivers in the order of putting, to waiters in the order of asking", async () => {
    const box = new AsyncQueue<number>();
    const early = [box.next(), box.next()];
    for (const n of [1, 2, 3]) box.put(n);
    expect(await Promise.all([...early, box.next()])).toEqual([1, 2, 3]);
  });

  test("what was put before the end is still delivered", async () => {
    const box = new AsyncQueue<number>();
    box.put(1);
    box.put(2);
    box.close();
    expect(box.closed).toBe(true);
    expect(await collect(box)).toEqual([1, 2]);
    expect(await box.next()).toBeUndefined();
  });

  test("nothing is put after the end", async () => {
    const box = new AsyncQueue<number>();
    box.close();
    box.put(1);
    expect(box.drain()).toEqual([]);
    expect(await box.next()).toBeUndefined();
  });

  test("an end in good order lets waiters go, an error is theirs to catch", async () => {
    const good = new AsyncQueue<number>();
    const goodWaiters = [good.next(), good.next()];
    good.close();
    expect(await Promise.all(goodWaiters)).toEqual([undefined, undefined]);

    const bad = new AsyncQueue<number>();
    const error = new Error("unplugged");
    const badWaiter = bad.next();
    bad.close(error);
    await expect(badWaiter).rejects.toBe(error);
    await expect(bad.next()).rejects.toBe(error);
  });

  test("items come before the error the box was closed with", async () => {
    const box = new AsyncQueue<number>();
    box.put(1);
    box.close(new Error("unplugged"));
    expect(await box.next()).toBe(1);
    await expect(collect(box)).rejects.toThrow("unplugged");
  });

  test("the first end counts", async () => {
    const box = new AsyncQueue<number>();
    box.close();
    box.close(new Error("later"));
    expect(await box.next()).toBeUndefined();
  });

  test("one item more than its limit is refused, with a code", () => {
    const box = new AsyncQueue<number>(2);
    box.put(1);
    box.put(2);
    expect(() => box.put(3)).toThrow(QueueFullError);
    expect(() => box.put(3)).toThrow(expect.objectContaining({ code: "MAILBOX_FULL" }));
    expect(box.drain()).toEqual([1, 2]);
    box.put(4);
    expect(box.drain()).toEqual([4]);
  });

  test("bytes that wait are limited as well, and what was taken makes room", async () => {
    const box = new AsyncQueue<Uint8Array>(10, { max: 100, of: ({ length }) => length });
    box.put(new Uint8Array(60));
    expect(() => box.put(new Uint8Array(41))).toThrow("more than 100 bytes wait");
    await box.next();
    box.put(new Uint8Array(100));
    expect(box.drain()).toHaveLength(1);
    box.put(new Uint8Array(100));
  });

  test("a waiter that gave up takes no item with it", async () => {
    const box = new AsyncQueue<number>();
    const abort = new AbortController();
    const reason = new Error("gave up");
    const gone = box.next(abort.signal);
    const patient = box.next();
    abort.abort(reason);
    box.put(1);
    await expect(gone).rejects.toBe(reason);
    expect(await patient).toBe(1);
  });

  test("a signal that has aborted takes nothing", async () => {
    const box = new AsyncQueue<number>();
    box.put(1);
    const reason = new Error("before");
    await expect(box.next(AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(box.drain()).toEqual([1]);
  });

  test("leaves no listener behind, however the wait ends", async () => {
    const { signal } = new AbortController();
    const served = new AsyncQueue<number>();
    const first = served.next(signal);
    served.put(1);
    await first;
    const ended = new AsyncQueue<number>();
    const second = ended.next(signal);
    ended.close();
    await second;
    const broken = new AsyncQueue<number>();
    const third = broken.next(signal);
    broken.close(new Error("broken"));
    await third.catch(() => undefined);
    await ended.next(signal);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});
