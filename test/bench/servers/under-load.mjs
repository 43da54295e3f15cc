// What every server of the bench tells the bench: where it is, what it has done, and what only it can know.
import { subscribe } from 'node:diagnostics_channel';

/** Says that it is there; from then on answers questions, and ends with the process that asks. */
export function underLoad(origin, questions = {}) {
  let taken = 0;
  let refused = 0;
  subscribe('http.server.request.start', () => {
    taken += 1;
  });
  subscribe('http.server.response.finish', ({ response }) => {
    if (![200, 304].includes(response.statusCode)) refused += 1;
  });
  const soFar = () => {
    const { user, system } = process.cpuUsage();
    return { taken, refused, cpu: user + system };
  };
  const all = { ...questions, soFar };
  process.on('message', async (question) => {
    try {
      process.send({ answer: (await all[question]()) ?? null });
    } catch (error) {
      process.send({ error: String(error) });
    }
  });
  process.once('disconnect', () => process.exit());
  process.send({ answer: origin });
}
