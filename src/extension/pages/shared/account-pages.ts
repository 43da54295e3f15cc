// URLs of pages at Mozilla accounts. `issuer` is the origin from the view.

/** The account settings. Pure. */
export const settingsPage = (issuer: string) => `${issuer}/settings`;

/** The list of connected services. Pure. */
export const connectedServicesPage = (issuer: string) => `${settingsPage(issuer)}#connected-services`;
