// A `fetch` whose answers cannot grow without end.

/** Answers longer than `most` bytes fail while they are read. */
export function boundedFetch(fetch: typeof globalThis.fetch, most: number): typeof globalThis.fetch {
  return async (input, init) => {
    const { body, status, headers } = await fetch(input, init);
    let length = 0;
    const bounded = body?.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          length += chunk.byteLength;
          if (length > most) controller.error(new Error(`The answer is longer than ${most} bytes`));
          else controller.enqueue(chunk);
        },
      }),
    );
    return new Response(bounded ?? null, { status, headers });
  };
}
