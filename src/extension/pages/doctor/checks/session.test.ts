import { describe, expect, it } from 'vitest';
import { METRICS_BLOCKERS } from '../../../../session/metrics/consent.ts';
import { ALARMS, MEMORY } from '../../../../session/state/storage-items.ts';
import { unreadableView, VIEW_VERSION } from '../../../../session/state/view.ts';

import { BUILD, found, NOW, workingArea } from '../testing.ts';

const { companion: _none, ...WITHOUT_COMPANION } = BUILD;
const withView = (view: unknown) => found({ stored: () => Promise.resolve(view) });

describe('the background', () => {
  it.each([
    [12, { code: 'backgroundAnswers', values: { ms: 12 } }],
    [3001, { code: 'backgroundSlow', values: { ms: 3001 } }],
  ])('is rated by its response in %d ms', async (ms, finding) => {
    const times = [0, ms];
    expect((await found({ stopwatch: () => times.shift() ?? ms })).background).toEqual(finding);
  });

  it('is reported if it does not answer', async () => {
    const wake = () => Promise.reject(new Error('interrupted'));
    expect((await found({ wake })).background).toEqual({ code: 'backgroundSilent' });
  });
});

describe('what is stored', () => {
  it.each([
    [{ version: VIEW_VERSION, status: 'signedOut' }, 'recordReadable'],
    [{ version: 1, status: 'signedOut' }, 'recordOtherVersion'],
    [undefined, 'recordAbsent'],
    ['scrambled', 'recordAbsent'],
    [unreadableView('storage_newer', NOW), 'recordNewer'],
    [unreadableView('storage_corrupt', NOW), 'recordCorrupt'],
  ])('%j', async (view, code) => {
    expect((await withView(view)).record).toEqual({ code });
  });
});

describe('alarms', () => {
  const signedIn = { version: VIEW_VERSION, status: 'signedIn' };
  const withAlarms = (alarms: Record<string, number>, build = BUILD) =>
    found({
      build,
      stored: () => Promise.resolve(signedIn),
      alarms: () => Promise.resolve(Object.entries(alarms).map(([name, at]) => ({ name, at }))),
    });

  it('are reported as set', async () => {
    const alarms = { [ALARMS.refresh]: NOW + 600_000, [ALARMS.companion]: NOW + 60_000 };
    expect((await withAlarms(alarms)).alarms).toEqual({
      code: 'alarmsSet',
      values: { seconds: 60 },
      names: ['renewal', 'companion'],
    });
  });

  it('are reported as missing or late', async () => {
    const missing = { code: 'alarmsMissing', names: ['companion'] };
    expect((await withAlarms({ [ALARMS.refresh]: NOW })).alarms).toEqual(missing);
    expect((await withAlarms({ [ALARMS.refresh]: NOW - 3_600_000 }, WITHOUT_COMPANION)).alarms).toEqual({
      code: 'alarmsLate',
      names: ['renewal'],
    });
  });

  it('are not needed while signed out', async () => {
    expect((await withView({ version: VIEW_VERSION, status: 'needsReauth' })).alarms).toEqual({
      code: 'alarmsNone',
    });
  });
});

it.each([
  [[], { code: 'policyNone' }],
  [['emailDomain', 'sessionOnly'], { code: 'policySet', names: ['sessionOnly', 'emailDomain'] }],
  [['sessionOnly', 'canary'], { code: 'policyIgnored', values: { count: 1 } }],
])('policies %j', async (names, finding) => {
  expect((await found({ policies: () => Promise.resolve(names) })).policy).toEqual(finding);
});

describe('services that refuse access tokens', () => {
  const withLimits = async (limits: unknown) => {
    const area = workingArea();
    return (
      await found({
        session: {
          ...area,
          get: (key) => (key === MEMORY.tokenLimits ? Promise.resolve(limits) : area.get(key)),
        },
      })
    ).refusals;
  };

  it.each([
    undefined,
    null,
    'scrambled',
    { a: null },
    { a: { at: NOW, left: 4 } },
    { a: { at: NOW - 600_001, open: true } },
  ])('are not reported for %j', async (limits) => {
    expect(await withLimits(limits)).toEqual({ code: 'refusalsNone' });
  });

  it('are counted by requested scope', async () => {
    const limits = { a: { at: NOW, open: true }, b: { at: NOW - 599_000, open: true }, c: { at: NOW } };
    expect(await withLimits(limits)).toEqual({ code: 'refusalsMany', values: { count: 2 } });
  });
});

describe('metrics', () => {
  it('are reported as on', async () => {
    expect((await withView({ metrics: { on: true, blockedBy: [] } })).metrics).toEqual({
      code: 'metricsOpen',
    });
  });

  it('are reported as off for any reason', async () => {
    const closed = await withView({ metrics: { on: false, blockedBy: METRICS_BLOCKERS } });
    expect(closed.metrics?.code).toBe('metricsClosed');
    expect([...(closed.metrics?.names ?? [])].sort()).toEqual([...METRICS_BLOCKERS].sort());
  });

  it.each([undefined, {}, { metrics: { blockedBy: 'scrambled' } }])(
    'are closed where nothing is known: %j',
    async (view) => {
      expect((await withView(view)).metrics).toEqual({ code: 'metricsClosed', names: ['account'] });
    },
  );
});
