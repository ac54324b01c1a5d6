/** Where a model server is, and what it wants to see at the door. */
export interface ModelServerAddress {
  /** base URL including /v1, without credentials and without a slash at the end */
  url: string
  /** how the server is called in notices and logs: host and path, or the program's name; never holds a secret */
  label: string
  /** value of the Authorization header */
  authorization: string | null
}

/**
 * @param url  may carry a user name and password, as proxies in front of model servers want them; a key goes before
 */
export function toAddress(url: string, key: string | null): ModelServerAddress {
  const { protocol, host, pathname, username, password } = new URL(url)
  const path = pathname.replace(/\/+$/, '')
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const basic = login === ':' ? null : `Basic ${Buffer.from(login).toString('base64')}`
  return { url: `${protocol}//${host}${path}`, label: host + path, authorization: key === null ? basic : `Bearer ${key}` }
}

/** What a server says about an error: short, on one line, and without the secret should it repeat it. */
export function briefly(message: string, { authorization }: ModelServerAddress): string {
  const line = message.replace(/\s+/g, ' ').trim()
  const secret = authorization?.split(' ')[1]
  return (secret ? line.replaceAll(secret, '***') : line).slice(0, 200)
}
