// Shows picture or letter, name and email address; placeholders while they load.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { AccountView } from '../../../session/state/view.ts';
import { firstLetter, visibleName } from './name.ts';
import { text } from './text.tsx';

interface Props {
  account: AccountView;
  /** The profile is loading. */
  loading?: boolean;
  /** Replaces the name. */
  name?: ComponentChildren;
  /** Shown below the email address. */
  children?: ComponentChildren;
}

export function AccountCard({ account, loading = false, name, children }: Props) {
  const { displayName, email } = visibleNames(account);
  if (loading) return <Skeleton />;
  return (
    <div class="account">
      <Avatar name={displayName ?? email ?? ''} url={account.avatar} />
      <div class="who">
        {name ?? <PlainName account={account} />}
        {displayName !== undefined && email !== undefined && (
          <p class="email">
            <bdi dir="ltr">{email}</bdi>
          </p>
        )}
        {children}
      </div>
    </div>
  );
}

export function PlainName({ account }: { account: AccountView }) {
  const { displayName, email } = visibleNames(account);
  return (
    <p class="name">
      <bdi>{displayName ?? email ?? text('noProfile')}</bdi>
    </p>
  );
}

const visibleNames = ({ displayName, email }: AccountView) => ({
  displayName: visibleName(displayName),
  email: visibleName(email),
});

function Skeleton() {
  return (
    <div class="account" role="status">
      <span class="avatar loading" />
      <div class="who">
        <span class="bar loading" />
        <span class="bar short loading" />
        <span class="unseen">{text('profileComing')}</span>
      </div>
    </div>
  );
}

/** The picture, or the first letter of the name without one. */
function Avatar({ name, url }: { name: string; url: string | undefined }) {
  const [broken, setBroken] = useState<string>();
  const [here, setHere] = useState<string>();
  // Decorative for screen readers, since the name is next to it.
  return url && url !== broken ? (
    <span class="avatar">
      <img
        class={url === here ? 'here' : undefined}
        src={url}
        alt=""
        width={56}
        height={56}
        onLoad={() => setHere(url)}
        onError={() => setBroken(url)}
      />
    </span>
  ) : (
    <span class="avatar letter" aria-hidden="true">
      {firstLetter(name)}
    </span>
  );
}
