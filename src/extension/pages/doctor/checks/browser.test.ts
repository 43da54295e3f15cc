import { describe, expect, it } from 'vitest';
import { BUILD, found, workingArea } from '../testing.ts';

const refusing = {
  ...workingArea(),
  set: () => Promise.reject(new Error('canary: the disk is full')),
};
/** Accepts writes but stores nothing. */
const forgetful = { ...workingArea(), get: () => Promise.resolve(undefined) };
const { returnPage: _none, ...WITHOUT_PAGE } = BUILD;

describe('storage', () => {
  it('is reported as working', async () => {
    const area = workingArea({ used: 3500, limit: 0 });
    expect((await found({ local: area })).storage).toEqual({ code: 'storageWorks', values: { kB: 4 } });
    expect(await area.get('doctorProbe')).toBeUndefined();
  });

  it.each([
    ['refuses', refusing, workingArea(), ['local']],
    ['forgets', forgetful, workingArea(), ['local']],
    ['refuses what is to end with the browser', workingArea(), refusing, ['session']],
    ['refuses everything', refusing, forgetful, ['local', 'session']],
  ])('%s', async (_what, local, session, names) => {
    expect((await found({ local, session })).storage).toEqual({ code: 'storageRefuses', names });
  });

  it('is reported as nearly full', async () => {
    const local = workingArea({ used: 81, limit: 100 });
    expect((await found({ local })).storage).toEqual({ code: 'storageNearlyFull', values: { percent: 81 } });
  });

  it('passes without a reported size', async () => {
    expect((await found({ local: workingArea() })).storage).toEqual({
      code: 'storageWorks',
      values: { kB: 0 },
    });
  });
});

it.each([
  [true, 'keysKept'],
  [false, 'keysNotKept'],
])('keys: %s', async (kept, code) => {
  expect((await found({ keepsKeys: () => Promise.resolve(kept) })).keys).toEqual({ code });
});

describe('permissions', () => {
  const granted = (permissions: string[], origins: string[] = [], dataCollection?: string[]) =>
    found({
      granted: () => Promise.resolve({ permissions, origins, ...(dataCollection && { dataCollection }) }),
    });
  const needed = ['storage', 'identity', 'alarms'];

  it('are exactly the required ones', async () => {
    expect((await granted(needed)).permissions).toEqual({ code: 'permissionsGranted' });
    const others = await granted([...needed, 'tabs'], ['https://other.example/*'], ['locationInfo']);
    expect(others.permissions).toEqual({ code: 'permissionsGranted' });
  });

  it('include optional ones that the user granted', async () => {
    const more = await granted(
      [...needed, 'notifications'],
      ['https://companion.example/auth/return*'],
      ['technicalAndInteraction'],
    );
    expect(more.permissions).toEqual({
      code: 'permissionsAlso',
      names: ['notifications', 'returnPage', 'technicalAndInteraction'],
    });
  });

  it('are reported as missing', async () => {
    expect((await granted(['storage'])).permissions).toEqual({
      code: 'permissionsMissing',
      names: ['identity', 'alarms'],
    });
  });
});

it.each([
  [true, 'privateAllowed'],
  [false, 'privateNotAllowed'],
  [undefined, 'privateUnknown'],
])('private windows: %s', async (allowed, code) => {
  expect((await found({ privateWindows: () => Promise.resolve(allowed) })).private).toEqual({ code });
});

it.each([
  ['https://abc.chromiumapp.org/', 'https://abc.chromiumapp.org/', 'redirectAsBuilt'],
  ['https://abc.chromiumapp.org', 'https://abc.chromiumapp.org/', 'redirectDiffers'],
  ['https://other.chromiumapp.org/', 'https://abc.chromiumapp.org/', 'redirectDiffers'],
  [undefined, 'https://abc.chromiumapp.org/', 'redirectUnknown'],
  ['https://abc.chromiumapp.org/', undefined, 'redirectUnknown'],
])('the redirect URI %s, registered %s', async (actual, registered, code) => {
  expect((await found({ redirectUri: () => actual, registered })).redirect).toEqual({ code });
});

it.each([
  [true, WITHOUT_PAGE, 'windowThere'],
  [false, BUILD, 'windowTabOnly'],
  [false, WITHOUT_PAGE, 'windowMissing'],
])('a window for web sign-in: %s', async (has, build, code) => {
  expect((await found({ hasAuthWindow: () => has, build })).window).toEqual({ code });
});
