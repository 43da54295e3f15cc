// The alert rules and the dashboard of ops/: every metric they name is one of the companion's, and every alert is
// explained.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePrometheus } from '../../../scripts/machine/prometheus.mjs';
import { WEBHOOK_PATH } from '../../../src/companion/routes/webhooks.ts';
import type { RunningCompanion } from '../../../src/companion/start.ts';
import { startMockServer, type RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { CLIENT, OTHER_CLIENT } from '../fakes/mock-and-companion.ts';
import { ADA, ask, createSession, PASSWORD, startInProcess } from '../harness.ts';

const CASES = 'test/companion/ops/alerts.cases.yml';
const rules = readFileSync('ops/alerts.yml', 'utf8');
const manual = readFileSync('docs/operate.md', 'utf8');
const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);
const dashboard = JSON.parse(readFileSync('ops/dashboard.json', 'utf8')) as {
  panels: { targets: { expr: string }[] }[];
};
const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
const metricsIn = (text: string) =>
  [...text.matchAll(/\b(?:companion|process|nodejs)_[a-z0-9_]+/g)].map(([name]) =>
    name.replace(/_(?:bucket|sum|count)$/, ''),
  );

describe('the metrics of a companion that has received an event', () => {
  let mock: RunningMockServer;
  let companion: RunningCompanion;
  let text: string;
  beforeAll(async () => {
    mock = await startMockServer({ era: 'today' });
    companion = await startInProcess(mock, {}, { expectedEvents: new Map([['', 3600]]) });
    mock.events.register(CLIENT.clientId, companion.origin + WEBHOOK_PATH);
    await createSession(mock, companion.origin);
    const account = mock.store.accounts.byEmail(ADA);
    if (account) mock.store.profileChanged(account);
    await mock.events.idle();
    text = await scrape();
  });
  afterAll(async () => {
    await companion.stop();
    await mock.stop();
  });
  const scrape = async () => {
    const headers = { authorization: `Basic ${btoa(`operator:${PASSWORD}`)}` };
    return (await ask(`${companion.origin}/metrics`, 'GET', { headers })).text;
  };
  const named = () => [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name);

  it('include all that the alerts, the dashboard and the manual name', () => {
    const wanted = [...metricsIn(rules), ...queries.flatMap(metricsIn)];
    expect(new Set(wanted).size).toBeGreaterThan(15);
    expect(wanted.filter((name) => !named().includes(name))).toEqual([]);
  });

  it('are all in the manual', () => {
    const own = named().filter((name) => name.startsWith('companion_'));
    const short = own.map((name) =>
      name
        .replace('companion_', '')
        .replace('revocations_oldest', '…_oldest')
        .replace('revocations_set', '…_set'),
    );
    expect(short.filter((name) => !manual.includes(`\`${name}`))).toEqual([]);
  });

  it('have the age of the last event by client, the check of the heartbeat, and the age of the delivery', () => {
    const value = (series: string) =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${series} `))
          ?.split(' ')[1],
      );
    const at = value(`companion_last_event_timestamp_seconds{client="${CLIENT.name}"}`);
    expect(Math.abs(at - Date.now() / 1000)).toBeLessThan(300);
    expect(text).not.toContain(`companion_last_event_timestamp_seconds{client="${OTHER_CLIENT.name}"}`);
    expect(value(`companion_last_event_age_seconds{client="${OTHER_CLIENT.name}"}`)).toBeGreaterThanOrEqual(
      0,
    );
    expect(value(`companion_events_expected_every_seconds{client="${CLIENT.name}"}`)).toBe(3600);
    expect(value('companion_check_level{check="events"}')).toBe(0);
    expect(value('companion_delivery_age_seconds_count')).toBe(1);
    expect(value('companion_database_breaker_open')).toBe(0);
    expect(value('companion_deliveries_waiting')).toBe(0);
  });
});

it('each alert has a paragraph in the manual, which its runbook names', () => {
  const explained = [...manual.matchAll(/^### (Companion\w+)$/gm)].map(([, name = '']) => name);
  expect(alerts.length).toBeGreaterThan(10);
  expect(explained.toSorted()).toEqual(alerts.toSorted());
  const runbooks = [...rules.matchAll(/runbook: docs\/operate\.md#(\w+)/g)].map(([, name = '']) => name);
  expect(runbooks).toEqual(alerts.map((name) => name.toLowerCase()));
});

describe('promtool', () => {
  const promtool = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(ensurePrometheus('promtool'), args, { encoding: 'utf8' });
    return { status, output: stdout + stderr };
  };

  it('accepts the alert rules', () => {
    const { status, output } = promtool('check', 'rules', 'ops/alerts.yml');
    expect(output).toContain(`SUCCESS: ${alerts.length} rules found`);
    expect(status).toBe(0);
  });

  it('accepts the queries of the dashboard', () => {
    const folder = mkdtempSync(join(tmpdir(), 'companion-dashboard-'));
    try {
      const named = queries.map((expr, index) => ({ record: `query:${index}`, expr }));
      // JSON is YAML.
      writeFileSync(
        join(folder, 'rules.yml'),
        JSON.stringify({ groups: [{ name: 'dashboard', rules: named }] }),
      );
      const { status, output } = promtool('check', 'rules', join(folder, 'rules.yml'));
      expect(output).toContain(`SUCCESS: ${queries.length} rules found`);
      expect(status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('sees every alert fire just past its limit, and none just before', () => {
    const expected = [...readFileSync(CASES, 'utf8').matchAll(/alertname="(\w+)"/g)].map(
      ([, name = '']) => name,
    );
    expect(alerts.filter((name) => !expected.includes(name))).toEqual([]);
    expect(promtool('test', 'rules', CASES)).toMatchObject({ status: 0 });
  });
});
