// Shows the server; in tester builds also the form for switching.
import type { ServerConfig } from '../../server-config.ts';
import { facts } from '../../facts.ts';
import { text } from '../shared/text.ts';
import { ServerForm } from './server-form.tsx';

/** A build-time literal: production builds omit the form. */
declare const __TESTER__: boolean;

/** `server`: the one a tester selected. */
export function Server({ server }: { server: ServerConfig | null | undefined }) {
  const { issuer, clientId, companion } = (__TESTER__ ? server : undefined) ?? facts.servers.builtIn;
  return (
    <>
      <dl dir="auto">
        <dt>{text('serverIssuer')}</dt>
        <dd dir="ltr">{issuer}</dd>
        <dt>{text('serverClient')}</dt>
        <dd dir="ltr">{clientId}</dd>
        <dt>{text('serverCompanion')}</dt>
        <dd>{companion === undefined ? text('serverNone') : <span dir="ltr">{companion}</span>}</dd>
      </dl>
      {__TESTER__ ? <ServerForm chosen={server} /> : <p class="note">{text('serverFixed')}</p>}
    </>
  );
}
