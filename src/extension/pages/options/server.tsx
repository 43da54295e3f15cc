// Shows the server; in tester builds also the form for switching, and the choice of a simulated fault. The background
// validates it and signs out first.
import { useId, useState } from 'preact/hooks';
import { facts } from '../../facts.ts';
import type { ServerConfig } from '../../server-config.ts';
import { call } from '../../browser/messaging.ts';
import { CommandError, useCommandError } from '../shared/problem-note.tsx';
import { text } from '../shared/text.tsx';
import { FaultChoice } from './fault-choice.tsx';
import { originOf } from './origin-of.ts';

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
      {__TESTER__ ? (
        <>
          <ServerForm stored={server} />
          <FaultChoice />
        </>
      ) : (
        <p class="note">{text('serverFixed')}</p>
      )}
    </>
  );
}

/** As in server-config.ts; lets the browser mark the invalid field. */
const ORIGIN = String.raw`(https://[^\/?#@\s]+|http://(127\.0\.0\.1|localhost)(:\d+)?)\/?`;
const FIELDS = [
  { name: 'issuer', label: 'serverIssuer', note: 'serverOriginNote', pattern: ORIGIN },
  { name: 'clientId', label: 'serverClient', note: 'serverClientNote', pattern: '[0-9a-fA-F]{16}' },
  { name: 'companion', label: 'serverCompanion', note: 'serverCompanionNote', pattern: ORIGIN },
] as const;

/** Tester builds only. */
function ServerForm({ stored }: { stored: ServerConfig | null | undefined }) {
  const id = useId();
  const { builtIn, presets } = facts.servers;
  const choices = { serverOwn: builtIn, serverStandin: presets.standin, serverStage: presets.stage };
  const [draft, setDraft] = useState<ServerConfig>(stored ?? builtIn);
  const [busy, setBusy] = useState(false);
  const { failed, attempt } = useCommandError();
  const submit = async () => {
    if (busy) return;
    setBusy(true);
    const { issuer, clientId, companion } = draft;
    const config: ServerConfig = {
      issuer: originOf(issuer),
      clientId,
      ...(companion !== undefined && { companion: originOf(companion) }),
    };
    const isBuiltIn = JSON.stringify(config) === JSON.stringify(builtIn);
    // On success the extension restarts, which closes this page before there is a response.
    if (await attempt(call('switchServer', isBuiltIn ? '' : JSON.stringify(config)))) setBusy(false);
  };
  const change = (name: keyof ServerConfig, value: string) => {
    const { companion: _, ...others } = { ...draft, [name]: value };
    setDraft(name === 'companion' && value === '' ? others : { ...draft, [name]: value });
  };
  return (
    <details>
      <summary>{text('serverChange')}</summary>
      <p class="note">{text('serverChangeNote')}</p>
      <div class="presets" role="group" aria-label={text('serverPresets')}>
        {Object.entries(choices).map(
          ([label, preset]) =>
            preset && (
              <button key={label} type="button" class="link" onClick={() => setDraft(preset)}>
                {text(label)}
              </button>
            ),
        )}
      </div>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {FIELDS.map(({ name, label, note, pattern }) => (
          <div class="field" key={name}>
            <label for={id + name}>{text(label)}</label>
            <input
              id={id + name}
              dir="ltr"
              value={draft[name] ?? ''}
              pattern={pattern}
              required={name !== 'companion'}
              title={text(note)}
              spellcheck={false}
              autocomplete="off"
              aria-describedby={`${id}${name}-note`}
              onInput={({ currentTarget }) => change(name, currentTarget.value.trim())}
            />
            <p class="note" id={`${id}${name}-note`}>
              {text(note)}
            </p>
          </div>
        ))}
        <button type="submit" aria-disabled={busy}>
          {text('serverUse')}
        </button>
        <p role="status">{busy && text('serverBusy')}</p>
        {failed === 'misconfigured' && (
          <p class="wrong" role="alert">
            {text('serverRefused')}
          </p>
        )}
        <CommandError code={failed} except="misconfigured" />
      </form>
    </details>
  );
}
