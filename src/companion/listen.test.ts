import { afterEach, expect, it } from 'vitest';
import { type RunningCompanion, startCompanion } from './listen.ts';
import { RETURN_PATH } from './return-page.ts';

const running: RunningCompanion[] = [];
const start = async (port?: number) => {
  const companion = await startCompanion(port === undefined ? {} : { port });
  running.push(companion);
  return companion;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((companion) => companion.stop()));
});

it('serves the return page on this machine, on any free port', async () => {
  const { origin } = await start();
  expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const answer = await fetch(`${origin}${RETURN_PATH}?code=x`);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('You can close this tab');
});

it('stops, also while a browser keeps its connection', async () => {
  const companion = await start();
  await (await fetch(`${companion.origin}${RETURN_PATH}`)).text();
  await running.pop()?.stop();
  await expect(fetch(`${companion.origin}${RETURN_PATH}`)).rejects.toThrow(TypeError);
});

it('says so when the port is taken', async () => {
  const { origin } = await start();
  await expect(startCompanion({ port: Number(new URL(origin).port) })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});
