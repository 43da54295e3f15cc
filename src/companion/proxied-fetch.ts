// Outgoing requests through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY (either case) name. This machine is
// always reached directly.
import { EnvHttpProxyAgent, fetch as undiciFetch } from 'undici';

type Variables = Readonly<Record<string, string | undefined>>;

/** Hosts on this machine, which a proxy can't reach. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

const valueOf = (variables: Variables, name: string) =>
  variables[name.toLowerCase()] || variables[name] || undefined;

/**
 * Returns a `fetch` for the companion alone, or Node's when no proxy is set. The rest of the process is unaffected.
 *
 * @throws Error naming the variable whose value is not the URL of a proxy
 */
export function proxiedFetch(variables: Variables): typeof fetch {
  const [httpProxy, httpsProxy, noProxy] = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].map((name) =>
    valueOf(variables, name),
  );
  if (httpProxy === undefined && httpsProxy === undefined) return fetch;
  for (const [name, value] of Object.entries({ HTTP_PROXY: httpProxy, HTTPS_PROXY: httpsProxy })) {
    if (value !== undefined && !/^https?:$/.test(protocolOf(value))) {
      throw new Error(`${name} must be the http or https URL of a proxy.`);
    }
  }
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: httpProxy ?? '',
    httpsProxy: httpsProxy ?? '',
    noProxy: withLoopback(noProxy),
  });
  const proxied = (input: string | URL, init?: Parameters<typeof undiciFetch>[1]) =>
    undiciFetch(input, { ...init, dispatcher });
  return proxied as unknown as typeof fetch;
}

/** undici accepts `*` only on its own. */
function withLoopback(noProxy = ''): string {
  const hosts = noProxy.split(/[,\s]+/).filter((host) => host !== '');
  return hosts.includes('*') ? '*' : [...hosts, ...LOOPBACK].join(',');
}

function protocolOf(value: string): string {
  return URL.canParse(value) ? new URL(value).protocol : '';
}
