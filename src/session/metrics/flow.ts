// The flow id of Mozilla accounts' statistics: begun when the popup shows the sign-in form, passed on with the sign-in.
// It is optional; a sign-in works without one.
import type { JsonObject } from '../../fxa/http.ts';
import { parseFlow, wireParameters, type MetricsFlow } from '../../fxa/authorization-parameters.ts';
import { companionApi } from '../companion/client.ts';
import type { Context } from '../context.ts';
import type { Session } from '../state/states.ts';
import { LOCKS, MEMORY } from '../state/storage-items.ts';

/** FxA: ids are valid for two hours. A flow younger than `YOUNG_MS` is reused. */
const GOOD_MS = 120 * 60_000;
const YOUNG_MS = 90 * 60_000;

/** Begins a flow if the form is showing and metrics are allowed. Never rejects because of the network. */
export async function beginFlow(context: Context): Promise<void> {
  const { config, ports, store } = context;
  const { companion, metrics } = config;
  if (!companion || !metrics || !hasForm((await store.read()).session)) return;
  if (isYounger(await storedFlow(context), YOUNG_MS, ports.now()) || !(await context.metricsAllowed()))
    return;
  const parameters = new Map<string, string>(wireParameters(config.clientId, { metrics }));
  const { backOff, ...http } = context.http();
  // A flow is optional, so a refusal here must not hold up other calls to the companion.
  const checked = backOff && { ...backOff, record: () => Promise.resolve() };
  const begun = await companionApi(companion.origin, { ...http, backOff: checked })
    .flow(parameters.set('form_type', 'email'))
    .catch(() => undefined);
  const flow = begun && parseFlow(begun);
  if (!flow) return;
  await ports.locks.exclusive(LOCKS.flow, async () => {
    // If the user has already started to sign in, they do so without a flow.
    if (hasForm((await store.read()).session) && (await context.metricsAllowed()))
      await ports.memory.set({ [MEMORY.flow]: { ...flow, at: context.metricsDeployment } });
  });
}

/** Takes the flow for a sign-in: at most once, and only while it is valid and metrics are allowed. Never rejects. */
export async function takeFlow(context: Context): Promise<MetricsFlow | undefined> {
  try {
    const flow = await storedFlow(context);
    if (!flow) return undefined;
    await forgetFlow(context);
    return isYounger(flow, GOOD_MS, context.ports.now()) && (await context.metricsAllowed())
      ? flow
      : undefined;
  } catch (error) {
    context.ports.report(error);
    return undefined;
  }
}

/** Deletes the flow, so that the next sign-in takes none. */
export async function forgetFlow({ ports }: Context): Promise<void> {
  await ports.locks.exclusive(LOCKS.flow, async () => {
    if (await ports.memory.get(MEMORY.flow)) await ports.memory.set({ [MEMORY.flow]: null });
  });
}

/** The stored flow, if it was begun for this deployment. */
async function storedFlow({ ports, metricsDeployment }: Context): Promise<MetricsFlow | undefined> {
  const stored = ((await ports.memory.get(MEMORY.flow)) ?? {}) as JsonObject;
  return stored.at === metricsDeployment ? parseFlow(stored) : undefined;
}

const hasForm = ({ status }: Session) => status === 'signedOut' || status === 'needsReauth';

/** A flow that begins in the future, by our clock, counts as young. */
function isYounger(flow: MetricsFlow | undefined, age: number, now: number): boolean {
  return flow !== undefined && now - flow.flowBeginTime < age;
}
