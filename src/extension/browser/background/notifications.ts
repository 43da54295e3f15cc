// Where the person allowed it, a notification when nothing goes on without them: once, when it happens.
import type { Problem } from '../../../session/state/states.ts';
import type { View } from '../../../session/state/view.ts';
import { browser } from '../api.ts';
import { isExpected } from './end-reasons.ts';
import { words } from '../i18n.ts';

/** One at a time: a newer one takes its place. */
const NOTICE = 'fxa';
const POPUP = '/src/extension/pages/popup/index.html';

/** What calls for the person: their session was ended by others, or their sign-in was interrupted. Pure. */
function needsAttention({ status, ended, problem }: View): Problem | undefined {
  if (status === 'signingIn') return undefined;
  if (problem?.code === 'interrupted') return problem;
  return ended && !isExpected(ended.reason) ? ended : undefined;
}

/**
 * What a change of the view is to be notified of: nothing that was there before, even where something else stood in front of
 * it, and nothing where before it was not known what there was. Pure.
 */
export function notificationFor(before: View | undefined, after: View | undefined): Problem | undefined {
  const news = after && needsAttention(after);
  if (!before || before.problem?.code.startsWith('storage_')) return undefined;
  return [before.ended?.at, before.problem?.at].includes(news?.at) ? undefined : news;
}

/** The popup, or where the browser opens none by itself, its page in a tab. */
async function openPopup(): Promise<void> {
  try {
    await browser.action.openPopup();
  } catch {
    await browser.tabs.create({ url: browser.runtime.getURL(POPUP) });
  }
}

/** To be called synchronously when the background starts: a click may have woken it. */
export function showNotifications(report: (error: unknown) => void): void {
  const clicked = () => {
    void browser.notifications.clear(NOTICE).catch(report);
    openPopup().catch(report);
  };
  /** Missing until the permission is given, and then without a restart. Twice the same listener is one. */
  const notifications = () => {
    const { notifications: api } = browser as Partial<typeof browser>;
    api?.onClicked.addListener(clicked);
    return api;
  };
  notifications();
  browser.storage.local.onChanged.addListener(({ view }) => {
    const news =
      view && notificationFor(view.oldValue as View | undefined, view.newValue as View | undefined);
    if (!news) return;
    const message = [`error_${news.code}`, `reason_${news.reason}`].map((key) => words(key) ?? '').join(' ');
    notifications()
      ?.create(NOTICE, {
        type: 'basic',
        iconUrl: '/icons/icon-128.png',
        title: words('title_attention') ?? '',
        message: message.trim(),
      })
      .catch(report);
  });
}
