// A build whose pages are the real ones and whose background answers every command with nothing: what stands in storage
// stays.
import { existsSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const STILL = `const { runtime } = globalThis.browser ?? globalThis.chrome;
runtime.onMessage.addListener((_message, _sender, answer) => answer({ result: null }));
`;

interface Manifest {
  background: { service_worker?: string; scripts?: string[] };
}

/** Makes one in `to`, from a build in `from`. */
export async function makeGallery(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
  const { background } = JSON.parse(await readFile(join(to, 'manifest.json'), 'utf8')) as Manifest;
  await writeFile(join(to, background.service_worker ?? background.scripts?.[0] ?? ''), STILL);
}

const messages = (folder: string, language: string) => join(folder, '_locales', language, 'messages.json');

/**
 * Has a build speak another language whatever the browser speaks. One that is not translated into it yet is English,
 * written from the right where that language is.
 */
export async function speak(folder: string, language: 'ar' | 'de' | 'fr' | 'es' | 'ja'): Promise<void> {
  const english = messages(folder, 'en');
  const wanted = messages(folder, language);
  const words = JSON.parse(await readFile(existsSync(wanted) ? wanted : english, 'utf8')) as Record<
    string,
    { message: string }
  >;
  if (language === 'ar' && words.direction) words.direction.message = 'rtl';
  await writeFile(english, JSON.stringify(words));
}
