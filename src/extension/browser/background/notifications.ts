// Notifies the user once when their action is needed, if they allowed notifications.
import type { Problem, View } from '../../../session/state/view.ts';
import { browser } from '../api.ts';
import { isExpected } from '../../problems.ts';
import { words } from '../i18n.ts';

/** The id of the only notification; a newer one replaces it. */
const NOTICE = 'fxa';
const POPUP = '/src/extension/pages/popup/index.html';

/** The problem that needs the user: a session ended by others, or an interrupted sign-in. Pure. */
function needsAttention({ status, endReason, problem }: View): Problem | undefined {
  if (status === 'signingIn') return undefined;
  if (problem?.code === 'interrupted') return problem;
  return endReason && !isExpected(endReason.reason) ? endReason : undefined;
}

/**
 * The problem to notify about after a change of the view. Undefined for a problem that existed before, and when the
 * previous state is unknown. Pure.
 */
export function notificationFor(before: View | undefined, after: View | undefined): Problem | undefined {
  const news = after && needsAttention(after);
  if (!before || before.problem?.code.startsWith('storage_')) return undefined;
  return [before.endReason?.at, before.problem?.at].includes(news?.at) ? undefined : news;
}

/** Opens the popup, or its page in a tab if the browser refuses. */
async function openPopup(): Promise<void> {
  try {
    await browser.action.openPopup();
  } catch {
    await browser.tabs.create({ url: browser.runtime.getURL(POPUP) });
  }
}

/** Call it synchronously when the background starts, because a click may have woken it. */
export function showNotifications(report: (error: unknown) => void): void {
  const clicked = () => {
    void browser.notifications.clear(NOTICE).catch(report);
    openPopup().catch(report);
  };
  /** Missing until the permission is granted. Adding the same listener twice has no effect. */
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
