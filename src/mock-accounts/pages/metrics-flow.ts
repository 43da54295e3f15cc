/** `GET /metrics-flow`: gives relying parties flow ids for their sign-ins, and records that a user is active. */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { json } from '../http/reply.ts';

/** A request as it was asked. */
export interface MetricsFlowRequest {
  /** The parameters that are known, whatever they hold. */
  readonly query: Readonly<Record<string, string>>;
  readonly origin?: string;
  readonly status: number;
}

export interface MetricsFlows {
  /** The last hundred requests, the oldest first. */
  readonly asked: readonly MetricsFlowRequest[];
  answer(c: Context): Response;
}

const KEPT_REQUESTS = 100;

/** What a value may be: its length, and its pattern as errors print it. */
interface Rule {
  readonly max: number;
  readonly pattern: RegExp;
  readonly also?: string;
}
const createRule = (max: number, pattern: RegExp): Rule => ({ max, pattern });
const entrypoint = createRule(1024, /^[\w.:-]+$/);
// oxlint-disable-next-line no-useless-escape -- errors print the pattern as the real server wrote it
const utm = createRule(128, /^[\w\/.%-]+$/);

/** FxA: what each parameter must be; all others are dropped unread. */
const PARAMETERS: Readonly<Record<string, Rule>> = {
  context: createRule(1024, /^[0-9a-z_-]+$/),
  entrypoint,
  entrypoint_experiment: entrypoint,
  entrypoint_variation: entrypoint,
  event_type: createRule(1024, /^[\w\s.:-]+$/),
  form_type: createRule(1024, /^(?:email|other|button|subscribe)$/),
  product_id: createRule(1024, /^prod_[0-9A-Za-z]+$/),
  service: createRule(1024, /^(?:sync|content-server|none|[0-9a-f]{16})$/),
  // The older pattern takes a UUID, though a uid is 32 hex digits.
  uid: createRule(1024, /^(?:[0-9a-f]{32}|[0-9a-z-]{36})$/),
  utm_campaign: { ...utm, also: 'page+referral+-+not+part+of+a+campaign' },
  utm_content: utm,
  utm_medium: utm,
  utm_source: utm,
  utm_term: utm,
};

/** FxA: the second half of a flow id proves that the server itself made the first, and when. */
function flowIds(key: Buffer, now: number): object {
  const salt = randomBytes(16).toString('hex');
  const signature = createHmac('sha256', key)
    .update(`${salt}\n${now.toString(16)}`)
    .digest('hex');
  const flowId = salt + signature.slice(0, 32);
  return { deviceId: randomUUID().replaceAll('-', ''), flowBeginTime: now, flowId };
}

function refusal(status: number, error: string, message: string, more: object = {}): Response {
  return json({ statusCode: status, error, message, ...more }, status);
}

/** Why a parameter is refused, in the validator's words; undefined when it is fine. */
function complaint(name: string, values: readonly string[]): string | undefined {
  const rule = PARAMETERS[name];
  const [value = ''] = values;
  if (rule === undefined || value === rule.also) return undefined;
  if (values.length > 1) return `"${name}" must be a string`;
  if (value === '') return `"${name}" is not allowed to be empty`;
  if (value.length > rule.max) {
    return `"${name}" length must be less than or equal to ${rule.max} characters long`;
  }
  if (rule.pattern.test(value)) return undefined;
  return `"${name}" with value "${value}" fails to match the required pattern: ${String(rule.pattern)}`;
}

/** FxA: a foreign Origin is rejected, that of every extension included; a request without one passes. */
function errorResponse(c: Context, origins: readonly string[] | undefined): Response | undefined {
  const origin = c.req.header('origin');
  if (origins !== undefined && origin !== undefined && !origins.includes(origin))
    return refusal(401, 'Unauthorized', 'CORS Error');
  const given = Object.entries(c.req.queries()).filter(([name]) => Object.hasOwn(PARAMETERS, name));
  for (const [name, values] of given) {
    const message = complaint(name, values);
    if (message === undefined) continue;
    const query = { source: 'query', keys: [name], message };
    return refusal(400, 'Bad Request', 'Validation failed', { validation: { query } });
  }
  return undefined;
}

/** `origins` are the allowed ones; without a list all are allowed, without CORS. `now` returns milliseconds. */
export function createMetricsFlows(now: () => number, origins?: readonly string[]): MetricsFlows {
  const key = randomBytes(32);
  const asked: MetricsFlowRequest[] = [];
  return {
    asked,
    answer(c) {
      const origin = c.req.header('origin');
      const answer = errorResponse(c, origins) ?? json(flowIds(key, now()));
      answer.headers.set('vary', 'Origin');
      if (origin !== undefined && origins?.includes(origin) === true)
        answer.headers.set('access-control-allow-origin', origin);
      const query = Object.fromEntries(
        Object.entries(c.req.query()).filter(([name]) => Object.hasOwn(PARAMETERS, name)),
      );
      asked.push({ query, status: answer.status, ...(origin !== undefined && { origin }) });
      if (asked.length > KEPT_REQUESTS) asked.shift();
      return answer;
    },
  };
}
