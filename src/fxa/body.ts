// Reads an answer's body, up to a bound: whoever answers must not be able to fill the memory of who asked.

export type JsonObject = Readonly<Record<string, unknown>>;

/** Bytes, after decompression. Forty times the longest answer recorded at FxA: tokens with scoped keys, 1.6 kB. */
export const LARGEST_ANSWER = 64 * 1024;

/**
 * The JSON object of an answer; undefined when it is none, or longer than `LARGEST_ANSWER`: then the rest is not read, and
 * the connection is given up. Rejects as reading does.
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
