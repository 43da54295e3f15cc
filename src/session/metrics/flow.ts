// The flow of Mozilla accounts' statistics: begun when the form is on show, handed on when somebody signs in. A sign-in goes
// on without one, whatever became of it.
import type { AuthorizationMetrics } from '../../fxa/authorization.ts';
import type { JsonObject } from '../../fxa/http.ts';
import { parameterFault } from '../../fxa/parameters.ts';
import { wireParameters } from '../../fxa/wire.ts';
import { companionApi } from '../companion/client.ts';
import type { Context } from '../context.ts';
import type { Session } from '../state/states.ts';

type Flow = NonNullable<AuthorizationMetrics['flow']>;

/** Lies in `storage.session`: nobody's id is to outlive the browser. */
const KEY = 'flow';
const LOCK = 'fxa:flow';

/** FxA: ids are good for two hours. A younger flow serves the next form too. */
const GOOD_MS = 120 * 60_000;
const YOUNG_MS = 90 * 60_000;

/** Begins a flow where the form is on show and metrics are allowed. Never rejects for the network's sake. */
export async function beginFlow(context: Context): Promise<void> {
  const { config, ports, store } = context;
  const { companion, metrics } = config;
  if (!companion || !metrics || !hasForm((await store.read()).session)) return;
  if (isYounger(await storedFlow(context), YOUNG_MS, ports.now()) || !(await isAllowed(context))) return;
  const parameters = new Map<string, string>(wireParameters(config.clientId, { metrics }));
  const { gate, ...http } = context.http();
  // Without a flow nothing is lost: a refusal here is no reason to leave the companion alone.
  const passing = gate && { pass: (url: string) => gate.pass(url), refused: () => Promise.resolve() };
  const begun = await companionApi(companion.origin, { ...http, gate: passing })
    .flow(parameters.set('form_type', 'email'))
    .catch(() => undefined);
  const flow = begun && parseFlow(begun);
  if (!flow) return;
  await ports.locks.exclusive(LOCK, async () => {
    // The person may have been quicker: their sign-in goes on without.
    if (hasForm((await store.read()).session) && (await isAllowed(context)))
      await ports.memory.set({ [KEY]: { ...flow, at: context.metricsDeployment } });
  });
}

/** The flow to hand on: once, and only while that is still allowed and it is good. Never rejects. */
export async function takeFlow(context: Context): Promise<Flow | undefined> {
  try {
    const flow = await storedFlow(context);
    if (!flow) return undefined;
    await forgetFlow(context);
    return isYounger(flow, GOOD_MS, context.ports.now()) && (await isAllowed(context)) ? flow : undefined;
  } catch (error) {
    context.ports.report(error);
    return undefined;
  }
}

export async function forgetFlow({ ports }: Context): Promise<void> {
  await ports.locks.exclusive(LOCK, async () => {
    if (await ports.memory.get(KEY)) await ports.memory.set({ [KEY]: null });
  });
}

/** One that was begun at another server is not handed on to this one. */
async function storedFlow({ ports, metricsDeployment }: Context): Promise<Flow | undefined> {
  const stored = ((await ports.memory.get(KEY)) ?? {}) as JsonObject;
  return stored.at === metricsDeployment ? parseFlow(stored) : undefined;
}

const hasForm = ({ status }: Session) => status === 'signedOut' || status === 'needsReauth';

const isAllowed = async (context: Context) => (await context.blockedBy()).length === 0;

/** One that begins in the future, by our clock, is as young as can be. */
function isYounger(flow: Flow | undefined, age: number, now: number): boolean {
  return flow !== undefined && now - flow.flowBeginTime < age;
}

/** All three, each as the authorization request takes it; or none. Pure. */
function parseFlow({ flowId, flowBeginTime, deviceId }: JsonObject): Flow | undefined {
  if (typeof flowId !== 'string' || typeof flowBeginTime !== 'number' || typeof deviceId !== 'string')
    return undefined;
  const faults = [
    parameterFault('flow_id', flowId),
    parameterFault('flow_begin_time', String(flowBeginTime)),
    parameterFault('device_id', deviceId),
  ];
  return faults.every((fault) => fault === undefined) ? { flowId, flowBeginTime, deviceId } : undefined;
}
