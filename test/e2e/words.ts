// What the popup calls its controls: the suite finds them by name, and the names may change.
import messages from '../../public/_locales/en/messages.json' with { type: 'json' };

export const words = (key: keyof typeof messages): string => messages[key].message;
