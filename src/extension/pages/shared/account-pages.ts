// The pages of Mozilla accounts that people are sent to. `issuer` is the origin that the view tells.

/** Where everything about the account is seen and changed. Pure. */
export const settingsPage = (issuer: string) => `${issuer}/settings`;

/** Everything that is signed in with the account. Pure. */
export const connectedServicesPage = (issuer: string) => `${settingsPage(issuer)}#connected-services`;
