// Subscriptions, settings and links of a signed-in user.
import type { View } from '../../../session/state/view.ts';
import { ChangeLine } from '../shared/change-line.tsx';
import { CommandButton } from '../shared/command-button.tsx';
import { MetricsChoice, SessionOnly } from '../shared/settings.tsx';
import { Icon } from '../shared/icon.tsx';
import { text } from '../shared/text.tsx';

export function SignedInMore({ view }: { view: View }) {
  const { account, issuer, lastChange } = view;
  return (
    <>
      {account?.subscriptions && <Subscriptions names={account.subscriptions} />}
      {issuer !== undefined && (
        <ul class="rows">
          <Elsewhere url={`${issuer}/settings`} label={text('manageAccount')} />
          <Elsewhere url={`${issuer}/settings#connected-services`} label={text('connectedServices')} />
        </ul>
      )}
      <MetricsChoice view={view} />
      <details>
        <summary>{text('otherAccount')}</summary>
        <CommandButton command="signOutAndAsk" label={text('signOutAndAsk')} variant="link" />
        <CommandButton command="useAnotherAccount" label={text('useAnotherAccount')} variant="link" />
        <SessionOnly view={view} />
        <p class="note">{text('staysSignedIn')}</p>
      </details>
      {lastChange && (
        <p class="note">
          <ChangeLine entry={lastChange} />
        </p>
      )}
    </>
  );
}

function Subscriptions({ names }: { names: readonly string[] }) {
  return (
    <section>
      <h2>{text('subscriptions')}</h2>
      <ul class="chips">
        {names.map((name) => (
          <li key={name}>
            <bdi>{name}</bdi>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A link to a page of Mozilla accounts. */
function Elsewhere({ url, label }: { url: string; label: string }) {
  return (
    <li>
      <a href={url} target="_blank" rel="noreferrer">
        {label}
        <Icon name="elsewhere" />
      </a>
    </li>
  );
}
