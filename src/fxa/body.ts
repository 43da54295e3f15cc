// Reads a response body up to a size limit, so that a server cannot exhaust memory.

export type JsonObject = Readonly<Record<string, unknown>>;

/** Bytes, after decompression. Forty times FxA's longest recorded response (tokens with scoped keys, 1.6 kB). */
export const LARGEST_ANSWER = 64 * 1024;

/**
 * The JSON object in a response body; undefined when it is not one or exceeds `LARGEST_ANSWER`, in which case the
 * connection is closed. Rejects when reading fails.
 */
export async function readObject(response: Response): Promise<JsonObject | undefined> {
  const text = await readText(response);
  return text === undefined ? undefined : parseObject(text);
}

async function readText({ body }: Response): Promise<string | undefined> {
  if (body === null) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    length += value.byteLength;
    if (length > LARGEST_ANSWER) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}
