// A picture of something that may still be painting or growing.
import { writeFile } from 'node:fs/promises';
import { eventually, pause } from './wait.ts';

/** Takes pictures (PNG, base64) until two in a row are the same, and saves that one. */
export async function saveWhenStill(path: string, take: () => Promise<string>): Promise<void> {
  const still = await eventually('the toolbar popup to be painted', async () => {
    const first = await take();
    await pause(250);
    return first === (await take()) && first;
  });
  await writeFile(path, still, 'base64');
}
