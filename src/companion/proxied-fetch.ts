// Outgoing requests through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY (either case) name. This machine is
// always reached directly.
import { EnvHttpProxyAgent, fetch as undiciFetch } from 'undici';

type Variables = Readonly<Record<string, string | undefined>>;

/** Hosts on this machine, which a proxy can't reach. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Returns a `fetch` for the companion alone, or Node's when no proxy is set; throws an Error naming the variable whose
 * value is not the URL of a proxy.
 */
export function proxiedFetch(variables: Variables): typeof fetch {
  const valueOf = (name: string) => variables[name.toLowerCase()] || variables[name] || '';
  const proxyOf = (name: string) => {
    const value = valueOf(name);
    if (value !== '' && !(URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)))
      throw new Error(`${name} must be the http or https URL of a proxy.`);
    return value;
  };
  const [httpProxy, httpsProxy] = [proxyOf('HTTP_PROXY'), proxyOf('HTTPS_PROXY')];
  if (httpProxy === '' && httpsProxy === '') return fetch;
  const noProxy = withLoopback(valueOf('NO_PROXY'));
  const dispatcher = new EnvHttpProxyAgent({ httpProxy, httpsProxy, noProxy });
  const proxied = (input: string | URL, init?: Parameters<typeof undiciFetch>[1]) =>
    undiciFetch(input, { ...init, dispatcher });
  return proxied as unknown as typeof fetch;
}

/** undici accepts `*` only on its own. */
function withLoopback(noProxy: string): string {
  const hosts = noProxy.split(/[,\s]+/).filter((host) => host !== '');
  return hosts.includes('*') ? '*' : [...hosts, ...LOOPBACK].join(',');
}
