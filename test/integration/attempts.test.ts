// What can happen to an attempt: a second click, a change of mind, a window that never answers, the death of the background.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld('today');
});
afterEach(() => world.stop());

const never = () => new Promise<never>(() => undefined);

/** Starts a sign-in and waits until its window is open and known, as the browser's event makes it known. */
async function opened(): Promise<{ attempt: Promise<void>; windowId: number }> {
  const { opened: before } = world.host.windows;
  const attempt = world.session.signIn();
  await expect.poll(() => world.host.windows.opened).toBe(before + 1);
  const windowId = world.host.windows.open.at(-1) ?? 0;
  await world.session.windowCreated(windowId);
  return { attempt, windowId };
}

it('a second click shows the window of the first and opens no other', async () => {
  world.host.person = never;
  const { windowId } = await opened();
  await world.session.signIn();
  expect(world.host.windows).toMatchObject({ opened: 1, focused: [windowId] });
  expect(await world.session.showWindow()).toBe(true);
  expect(world.host.windows.opened).toBe(1);
});

it('two clicks in the same instant open one window', async () => {
  await Promise.all([world.session.signIn(), world.session.signIn()]);
  expect(world.host.windows.opened).toBe(1);
  expect(world.view().status).toBe('signedIn');
});

it('closing the window cancels', async () => {
  world.host.person = never;
  const { attempt, windowId } = await opened();
  world.host.closeWindow(windowId);
  await attempt;
  expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' } });
});

it('cancelling closes the window', async () => {
  world.host.person = never;
  const { attempt } = await opened();
  await world.session.cancelSignIn();
  await attempt;
  expect(world.host.windows.open).toEqual([]);
  expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' } });
});

it('cancelling works while the server is still being asked whether it is there', async () => {
  world.host.fetch = (_url, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
    });
  const attempt = world.session.signIn();
  await expect.poll(() => world.view().status).toBe('signingIn');
  await world.session.cancelSignIn();
  await attempt;
  expect(world.host.windows.opened).toBe(0);
  expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' } });
});

it('after cancelling, the next attempt does not wait for a window that hangs', async () => {
  const person = world.host.person;
  world.host.person = never;
  const first = world.session.signIn();
  await expect.poll(() => world.host.windows.opened).toBe(1);
  await world.session.cancelSignIn();
  await first;
  world.host.person = person;
  await world.session.signIn();
  expect(world.view().status).toBe('signedIn');
});

it('a grant that arrives after its attempt was cancelled is destroyed', async () => {
  const network = world.host.fetch;
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  world.host.fetch = async (input, init) => {
    const response = await network(input, init);
    if (String(input).endsWith('/v1/token')) await held;
    return response;
  };
  const attempt = world.session.signIn();
  await expect.poll(world.liveGrants).toBe(1);
  await world.session.cancelSignIn();
  answer();
  await attempt;
  expect(world.view()).toMatchObject({ status: 'signedOut', pendingRevocations: 0 });
  expect([world.liveGrants(), world.liveTokens()]).toEqual([0, 0]);
});

it('a background that dies leaves "interrupted", and the next attempt clears its window away', async () => {
  const person = world.host.person;
  world.host.person = never;
  const { windowId } = await opened();
  await world.restart();
  expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code: 'interrupted' } });
  expect(world.host.windows.open).toEqual([windowId]);

  world.host.person = person;
  await world.session.signIn();
  expect(world.host.windows.open).toEqual([]);
  expect(world.view().status).toBe('signedIn');
});

it('a background that dies after the grant was issued leaves no grant behind', async () => {
  const network = world.host.fetch;
  world.host.fetch = async (input, init) => {
    if (String(input).endsWith('/v1/profile')) await never();
    return network(input, init);
  };
  void world.session.signIn();
  await expect.poll(() => world.record().outbox).toHaveLength(1);
  await expect.poll(world.liveGrants).toBe(1);
  world.host.fetch = network;
  await world.restart();
  expect(world.view()).toMatchObject({
    status: 'signedOut',
    problem: { code: 'interrupted' },
    pendingRevocations: 0,
  });
  expect([world.liveGrants(), world.liveTokens()]).toEqual([0, 0]);
});

it('a token that arrives after the sign-out is not used, and is destroyed', async () => {
  await world.session.signIn();
  const network = world.host.fetch;
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  world.host.skew = 3_590_000;
  world.host.fetch = async (input, init) => {
    const response = await network(input, init);
    if (String(input).endsWith('/v1/token')) await held;
    return response;
  };
  const token = world.session.accessToken('profile');
  await expect.poll(world.liveTokens).toBe(2);
  await world.session.signOut();
  answer();
  await expect(token).rejects.toMatchObject({ code: 'signed_out' });
  await world.session.drain();
  expect([world.liveGrants(), world.liveTokens()]).toEqual([0, 0]);
});

it('a record from a newer version is left alone, and said', async () => {
  const future = { version: 2, somethingElse: true };
  world.host.local.set('record', future);
  await expect(world.session.signIn()).rejects.toMatchObject({ code: 'storage_newer' });
  await expect(world.restart()).rejects.toMatchObject({ code: 'storage_newer' });
  expect(world.host.local.get('record')).toEqual(future);
  expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code: 'storage_newer' } });
  expect(world.host.windows.opened).toBe(0);
});

it('a sealing key that is gone ends the session with its reason, and destroys the grant by its id', async () => {
  await world.session.signIn();
  world.host.memory.clear();
  const record = structuredClone(world.record()) as unknown as { session: { grant: { sealed: string } } };
  record.session.grant.sealed = 'unreadable';
  world.host.local.set('record', record);
  await world.restart();
  await world.session.lookForNews();
  expect(world.view()).toMatchObject({
    status: 'signedOut',
    problem: { code: 'signed_out' },
    pendingRevocations: 0,
  });
  expect(world.record().journal.at(-1)?.why).toBe('key_lost');
  expect(world.liveGrants()).toBe(0);
});

it('a build for another server starts anew', async () => {
  await world.session.signIn();
  world.host.local.set('record', { ...world.record(), deployment: 'https://elsewhere.example client' });
  await world.restart();
  expect(world.view()).toMatchObject({ status: 'signedOut', pendingRevocations: 0 });
  expect(world.record().journal.at(-1)?.why).toBe('environment_changed');
});
