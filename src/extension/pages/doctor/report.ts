// The report for support, made by picking known members with known values out of unvalidated data.
import {
  FXA_ERROR_CODES,
  FXA_REASONS,
  JOURNAL_REASONS,
  METRICS_BLOCKERS,
  PHASES,
  SESSION_ONLY,
  STATUSES,
  VIAS,
} from '../../../session/constants.ts';
import type { BuildConfig } from '../../config.ts';
import { CHECKS, CODES, MEASURES, NAMES, type Code } from './findings.ts';

/** The data of a report. `unknown` members may be damaged or personal, so only known values are picked. */
export interface Facts {
  /** Milliseconds. */
  readonly at: unknown;
  /** The extension's version. */
  readonly version: unknown;
  readonly build: BuildConfig;
  /** Whether another server than the built-in one is active. */
  readonly otherServer: unknown;
  /** `name` and `version`; only the major version is reported. */
  readonly browser: unknown;
  readonly platform: unknown;
  readonly findings: unknown;
  /** The items of `storage.local` with these names. */
  readonly view: unknown;
  readonly journal: unknown;
  readonly metrics: unknown;
}

const JOURNAL_LENGTH = 10;
/** From `runtime.getBrowserInfo` or the user agent. */
const BROWSERS = ['Firefox', 'Chromium', 'Chrome', 'Edge', 'Opera', 'Brave'] as const;
/** `runtime.PlatformOs` */
const PLATFORMS = ['mac', 'win', 'android', 'cros', 'linux', 'openbsd', 'fuchsia'] as const;

/** The report's text, as shown and saved. Pure. */
export function reportText(facts: Facts): string {
  const { build, view } = facts;
  const report = {
    report: 'mozilla-account-sign-in',
    at: instant(facts.at),
    version: version(facts.version),
    build: buildPart(build),
    otherServer: flag(facts.otherServer),
    browser: {
      name: oneOf(BROWSERS, member(facts.browser, 'name')),
      version: major(member(facts.browser, 'version')),
    },
    platform: oneOf(PLATFORMS, facts.platform),
    state: {
      status: oneOf(STATUSES, member(view, 'status')),
      phase: oneOf(PHASES, member(view, 'phase')),
      via: oneOf(VIAS, member(view, 'via')),
      problem: problemPart(member(view, 'problem')),
      endReason: problemPart(member(view, 'endReason')),
      unfinished: flag(member(view, 'unfinished')),
      awaitsProfile: flag(member(view, 'account', 'profilePending')),
      pendingRevocations: amount(member(view, 'pendingRevocations')),
      heldRevocations: amount(member(view, 'heldRevocations')),
    },
    settings: {
      sessionOnly: oneOf(SESSION_ONLY, member(view, 'sessionOnly')),
      inTab: flag(member(view, 'inTab')),
      metrics: flag(member(view, 'metrics', 'on')),
      metricsBlockedBy: someOf(METRICS_BLOCKERS, member(view, 'metrics', 'blockedBy')),
    },
    metrics: {
      waiting: list(member(facts.metrics, 'pending')).length,
      sent: list(member(facts.metrics, 'sent')).length,
    },
    findings: list(facts.findings).slice(0, CHECKS.length).map(findingPart),
    journal: list(facts.journal).slice(-JOURNAL_LENGTH).map(entryPart),
  };
  return JSON.stringify(report, undefined, 2);
}

/** Servers and scopes, without client id and paths. */
function buildPart({ environment, issuer, endpoints, companion, returnPage, keyScopes }: BuildConfig) {
  return {
    environment,
    accounts: new URL(issuer).origin,
    tokens: endpoints && new URL(endpoints.token).origin,
    profile: endpoints && new URL(endpoints.profile).origin,
    companion: companion && new URL(companion.origin).origin,
    returnPage: returnPage !== undefined,
    keyScopes: keyScopes?.length ?? 0,
  };
}

function problemPart(problem: unknown) {
  if (problem === undefined) return undefined;
  return {
    code: oneOf(FXA_ERROR_CODES, member(problem, 'code')),
    reason: oneOf(FXA_REASONS, member(problem, 'reason')),
    retryAfter: amount(member(problem, 'retryAfter')),
    at: instant(member(problem, 'at')),
  };
}

function findingPart(finding: unknown) {
  const code = oneOf(Object.keys(CODES) as Code[], member(finding, 'code'));
  const values = MEASURES.map((name) => [name, amount(member(finding, 'values', name))]);
  return {
    check: oneOf(CHECKS, member(finding, 'check')),
    verdict: code && CODES[code],
    code,
    names: member(finding, 'names') === undefined ? undefined : someOf(NAMES, member(finding, 'names')),
    ...(Object.fromEntries(values) as Record<string, number | undefined>),
  };
}

function entryPart(entry: unknown) {
  return {
    at: instant(member(entry, 'at')),
    from: oneOf(STATUSES, member(entry, 'from')),
    to: oneOf(STATUSES, member(entry, 'to')),
    why: oneOf([...JOURNAL_REASONS, ...FXA_ERROR_CODES, ...FXA_REASONS], member(entry, 'why')),
  };
}

/** A member of any value; undefined if missing. */
function member(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, name)
        ? (at as Readonly<Record<string, unknown>>)[name]
        : undefined,
    value,
  );
}

/** The value if it is one of these. */
function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((one) => one === value);
}

/** The known values of a list. */
function someOf<T extends string>(known: readonly T[], value: unknown): readonly T[] {
  return Array.isArray(value) ? known.filter((one) => value.includes(one)) : [];
}

function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** A count or measurement: an integer from 0 to a billion. */
function amount(value: unknown): number | undefined {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 1e9
    ? (value as number)
    : undefined;
}

/** A time in milliseconds, within this century, formatted to the minute. */
function instant(value: unknown): string | undefined {
  const [from, to] = [Date.UTC(2000, 0), Date.UTC(2100, 0)];
  if (typeof value !== 'number' || !(value >= from && value < to)) return undefined;
  return `${new Date(value).toISOString().slice(0, 16)}Z`;
}

/** A version of up to four numbers, such as `0.1.0`. */
function version(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{1,5}(?:\.\d{1,5}){0,3}$/.test(value) ? value : undefined;
}

/** The major version, such as `153` of `153.7.0esr`. */
function major(value: unknown): string | undefined {
  return typeof value === 'string' ? version(value.split('.')[0]) : undefined;
}

/** Any array; empty otherwise. */
function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}
